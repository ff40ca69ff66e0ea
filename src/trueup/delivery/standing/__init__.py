"""What each target holds of each record, as far as was told or seen."""
