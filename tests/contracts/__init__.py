"""One suite for each port, run against all that implement it."""
