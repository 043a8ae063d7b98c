"""What answers in place of a model."""
