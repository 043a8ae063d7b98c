"""How likely a good result is luck."""
