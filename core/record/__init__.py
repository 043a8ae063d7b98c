"""How a fact is wrapped, encoded and chained before anyone may act on it."""
