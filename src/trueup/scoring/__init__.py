"""Scales, the conversion matrix and its rounding."""
