"""Journals as files: damage, cuts, readers of another process."""
