"""What each wire refuses, and what it wants back."""
