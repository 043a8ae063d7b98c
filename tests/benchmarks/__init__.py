"""That the measuring itself can be trusted."""
