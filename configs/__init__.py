"""Limits, postures, profiles and levels as TOML data."""
