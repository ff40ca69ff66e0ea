"""Exported logs as another company would write them, from the contract alone; knows nothing of trueup's code."""
