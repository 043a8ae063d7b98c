"""Envelopes, bytes, links: what the record is made of."""
