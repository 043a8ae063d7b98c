"""Seats: what they are told, and what is made of whatever they reply."""
