"""Adapters, vendor by vendor."""
