"""Functions a model may call while it thinks: read-only, bounded in time and size, never an exception."""
