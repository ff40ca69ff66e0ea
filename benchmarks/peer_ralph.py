"""Runs Ralph's LRS on files, in an environment of its own, with the one change without which it takes a single write.

    python benchmarks/peer_ralph.py PORT DIRECTORY

The files backend as shipped opens its file to CREATE it: the second write answers 500 "Statement indexation failed".
Here it opens it to APPEND. Knows nothing of trueup.
"""

import os
import subprocess
import sys
from pathlib import Path

NAME, PASSWORD = "bench", "bench"


def main(port: int, directory: Path) -> None:
    os.environ.update(
        RALPH_APP_DIR=str(directory),
        RALPH_AUTH_FILE=str(directory / "auth.json"),
        RALPH_RUNSERVER_BACKEND="fs",
        RALPH_BACKENDS__LRS__FS__DEFAULT_DIRECTORY_PATH=str(directory),
    )
    subprocess.run(
        [Path(sys.executable).parent / "ralph", "auth", "-u", NAME, "-p", PASSWORD, "-s", "all", "-w",
         "-N", NAME, "-A", NAME, "https://lms.example.com"],
        check=True, capture_output=True,
    )  # fmt: skip  # one command
    import uvicorn  # noqa: PLC0415 - these are in the environment of the peer only, and read the settings above
    from ralph.api import app  # noqa: PLC0415
    from ralph.backends.data.base import BaseOperationType  # noqa: PLC0415
    from ralph.backends.lrs.fs import FSLRSBackend  # noqa: PLC0415

    FSLRSBackend.default_operation_type = BaseOperationType.APPEND
    uvicorn.run(app, port=port, log_level="warning")


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
