"""What providers speak: a few files per vendor, and what all of them share."""
