"""Serves an imitated system as a process of its own: python -m trueup.sandbox.imitation.serving review PORT."""

from __future__ import annotations

import sys

import uvicorn

from trueup.sandbox.imitation.review_system import ReviewSystem


def serve_review_system(port: int) -> None:
    """Until it is told to end. Answers that are cut on purpose are not logged."""
    uvicorn.run(
        ReviewSystem().app,
        host="127.0.0.1",
        port=port,
        log_level="critical",
        access_log=False,
        lifespan="off",
    )


if __name__ == "__main__":
    serve_review_system(int(sys.argv[2]))
