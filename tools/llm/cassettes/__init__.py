"""Recorded calls to models: written, scrubbed, played, and compared when one is missing."""
