"""Models that are none: the rules of the offline seat, and scripts for tests."""
