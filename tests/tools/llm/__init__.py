"""The two models that need no provider."""
