"""The desk judged on recorded days."""
