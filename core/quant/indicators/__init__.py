"""Indicators over whole series: one series, or many side by side."""
