"""The command line, noun by noun."""
