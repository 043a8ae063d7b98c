"""Wrappers around a model, each a model itself: they keep time, tries, tempo and spending within bounds."""
