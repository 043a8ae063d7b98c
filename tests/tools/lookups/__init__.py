"""What models may look up."""
