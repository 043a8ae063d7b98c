"""What is worth waking the desk for."""
