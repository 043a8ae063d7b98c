"""The rules of the house about its own text, each shown to fail on a planted case."""
