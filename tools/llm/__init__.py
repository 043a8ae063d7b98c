"""Models: a file per provider, and the two that need none, scripted and rules."""
