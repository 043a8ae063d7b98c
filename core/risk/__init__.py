"""Limits, sizing, the gate and the one-time clearance it hands out."""
