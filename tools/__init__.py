"""Everything that touches the world: a folder per port, a file per vendor."""
