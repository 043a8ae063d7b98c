"""What must hold for every input, not only for the examples somebody thought of."""
