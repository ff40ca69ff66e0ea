"""Serves an imitated system as a process of its own, until it is told to end.

python -m trueup.sandbox.imitation.serving review 8090
python -m trueup.sandbox.imitation.serving lms 8091 --to http://127.0.0.1:8080/xapi --credentials FILE
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from trueup.sandbox.imitation.lms import Lms, Telling
from trueup.sandbox.imitation.review_system import ReviewSystem
from trueup.sandbox.imitation.trouble import Trouble, Troubled

if TYPE_CHECKING:
    from starlette.applications import Starlette


def main() -> None:
    """As the command line says. Answers that are cut on purpose are not logged."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("system", choices=["review", "lms"])
    parser.add_argument("port", type=int)
    parser.add_argument("--share", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--to", default="http://127.0.0.1:8080/xapi")
    parser.add_argument("--credentials", type=Path)
    parser.add_argument("--every", type=float, default=2.0)
    parser.add_argument("--people", type=int, default=40)
    told = parser.parse_args()
    app = _review_system(told) if told.system == "review" else _lms(told)
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=told.port,
        log_level="critical",
        access_log=False,
        lifespan="off" if told.system == "review" else "on",
    )


def _review_system(told: argparse.Namespace) -> Troubled:
    return ReviewSystem(Trouble(share=told.share, seed=told.seed, timeout_seconds=8.0)).app


def _lms(told: argparse.Namespace) -> Starlette:
    credentials = told.credentials.read_text(encoding="utf-8").strip()
    return Lms(Telling(told.to, credentials, told.every, told.people, told.seed)).app


if __name__ == "__main__":
    main()
