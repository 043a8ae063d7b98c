"""What can be said: frozen facts, one file per noun, closed by the catalogue."""
