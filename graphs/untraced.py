"""Keeps what runs through the graphs in the house: the graph's library can send every state to a service outside.

That is switched on by the environment alone, under several names, so all of them are settled before anything runs.
"""

import os

SWITCHES = (
    "LANGSMITH_TRACING",
    "LANGSMITH_TRACING_V2",
    "LANGCHAIN_TRACING",
    "LANGCHAIN_TRACING_V2",
    "LANGCHAIN_HANDLER",
)


def settle() -> None:
    """Switch it off, whatever was asked; the journal is the record."""
    for name in SWITCHES:
        os.environ[name] = "false"
