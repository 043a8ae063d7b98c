"""Kernels over numbers: compiled loops made of small steps; the only rooms where a price is a float."""
