"""The Protocols the inside owns and the world implements."""
