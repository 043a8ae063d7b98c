"""Prompts as files, strict when read and strict when filled."""
