"""Instruments, quotes, hours and instants, example by example and by law."""
