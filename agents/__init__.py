"""The seats of the desk: each composes a request, asks a model and reads the reply into a value."""
