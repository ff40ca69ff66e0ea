"""trueup keeps learning records true in performance reviews."""

__version__ = "0.1.0"
