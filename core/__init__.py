"""Values, rules and mathematics of the desk: decides and never waits."""
