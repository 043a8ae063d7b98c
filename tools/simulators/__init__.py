"""Servers of this machine that behave as the real ones do, with faults on request."""
