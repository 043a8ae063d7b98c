"""Orders, positions and exits: what happens to a holding, without any model."""
