"""Simulators, held against the clients that people use."""
