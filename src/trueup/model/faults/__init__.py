"""The catalogue of faults, one file a family, data only: the index of the whole house."""
