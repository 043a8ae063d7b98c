"""Packages: names, loading, function types, evaluation, drawing."""
