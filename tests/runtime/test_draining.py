"""Waiting for work that leaves its collection when it ends."""

import asyncio

import pytest

from runtime.draining import ended


async def test_tasks_that_are_done_but_have_not_left_yet_get_the_room_to_leave() -> None:
    running: set[asyncio.Task[None]] = set()
    task = asyncio.create_task(asyncio.sleep(0))
    await task
    running.add(task)
    task.add_done_callback(running.discard)
    await ended(running)
    assert running == set()


async def test_what_a_task_raised_is_raised() -> None:
    async def fail() -> None:
        raise ValueError("no room")

    with pytest.raises(ValueError, match="no room"):
        await ended({asyncio.create_task(fail())})
