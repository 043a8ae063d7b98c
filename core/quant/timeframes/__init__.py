"""Timeframes, and what their lines are judged to say."""
