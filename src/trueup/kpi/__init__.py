"""Figures, thresholds, alerts."""
