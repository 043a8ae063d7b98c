"""Brokers, one file each, and `journaled`, the only one the desk is ever handed."""
