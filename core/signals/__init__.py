"""What in the market is worth waking the desk for."""
