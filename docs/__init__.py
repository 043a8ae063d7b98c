"""The documents of the house, and what writes the parts of them that repeat the code."""
