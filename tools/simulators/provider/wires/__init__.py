"""The wire formats: what a request says, and how an answer or a problem is written."""
