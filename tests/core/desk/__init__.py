"""How the desk stands, what it knows, and what its seats may say together."""
