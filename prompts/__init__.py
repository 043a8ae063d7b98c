"""The versioned prompts of each role and the library that renders them."""
