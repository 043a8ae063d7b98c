"""Waiting for work that is under way."""

import asyncio
from collections.abc import Collection


async def ended(running: Collection[asyncio.Task[None]]) -> None:
    """Wait until a collection that its tasks leave when they end is empty; raise what one of them raised.

    Not `gather`: from Python 3.12 on it returns at once when all of them are done, before they could leave.
    """
    while running:
        done, _ = await asyncio.wait(running)
        for task in done:
            task.result()
