"""What is traded, when it may be traded, and which prices can be believed."""
