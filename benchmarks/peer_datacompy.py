"""The same logs through pandas and datacompy, in an environment of their own. Prints what they find.

    python benchmarks/peer_datacompy.py LOGS

datacompy compares two tables, so the three logs take two comparisons; each wants keys that stand once.
"""

import sys
from pathlib import Path

import datacompy
import pandas as pd


def main(logs: Path) -> None:
    frames = {role: pd.read_parquet(logs / f"{role}.parquet") for role in ("completions", "sync", "reviews")}
    frames["reviews"] = frames["reviews"].rename(columns={"competency": "tags"})
    frames["completions"]["attempt"] = frames["completions"]["attempt"].astype("int64")  # as in the sync log
    once = {role: frame.drop_duplicates("record_id") for role, frame in frames.items()}
    compare = getattr(datacompy, "PandasCompare", None) or datacompy.Compare
    for other in ("sync", "reviews"):
        found = compare(once["completions"], once[other], join_columns=["record_id"])
        differing = {
            column["column"]: int(column["unequal_cnt"])
            for column in found.column_stats
            if column["unequal_cnt"]
        }
        print(other, len(found.df1_unq_rows), len(found.df2_unq_rows), differing)
    print({role: int(frame.duplicated("record_id").sum()) for role, frame in frames.items()})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
