"""The wrappers around a model, each on virtual time."""
