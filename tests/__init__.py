"""The tests: a mirror of the tree, and the folders that cut across it."""
