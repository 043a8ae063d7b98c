"""Orders, positions and exits."""
