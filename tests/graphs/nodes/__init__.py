"""The stages of a run, each by itself or inside the graph."""
