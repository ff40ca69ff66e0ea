"""The outside systems that trueup speaks with, one file each. Knows their names, nothing of what they do."""
