"""The rules of the inside, example by example."""
