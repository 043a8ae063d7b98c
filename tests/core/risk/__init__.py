"""Limits, sizing, the gate and its clearance."""
