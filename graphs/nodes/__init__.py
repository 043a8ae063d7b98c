"""One stage of a run per file: reads the state, does its one thing, says where to go."""
