"""The path of a tick: one row per symbol, one pass per tick."""
