"""Everything that is left to chance, from a seed: the same seed and request number draw the same."""

import random  # noqa: TID251  a simulator owns its draws, and they are seeded

Draw = random.Random


def draw(seed: int, number: int, purpose: str) -> Draw:
    """A source of draws for one purpose of one request; no other purpose can move it."""
    return Draw(f"{seed}:{number}:{purpose}")
