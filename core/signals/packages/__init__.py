"""Packages (PKG): judgements as a layered graph of small pure functions, told by data and compiled to arrays."""
