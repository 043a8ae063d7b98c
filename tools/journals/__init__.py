"""The record: one port, a file per store."""
