"""Doors parse, call one leg of the journey, and answer."""
