"""How a body goes over the wire: in what pieces, when each is due, and where it breaks off. Waits on the loop only."""

import asyncio
import math
from collections.abc import AsyncIterator, Iterator

from tools.simulators.provider.exchange import Dropped, whole

CRUMBS = 20
"""Pieces of a body that drips."""


def paced(pieces: list[bytes], seconds: float) -> AsyncIterator[bytes]:
    """The events of a stream, the first after half of the time, the others spread over the rest."""
    return _paced(pieces, seconds / 2, seconds / 2 / max(1, len(pieces) - 1))


async def kept_alive(pieces: AsyncIterator[bytes], seconds: float, sign: bytes) -> AsyncIterator[bytes]:
    """A body after its wait, with a sign of life for each second of it."""
    for _ in range(math.ceil(seconds) - 1):
        await asyncio.sleep(1)
        yield sign
    await asyncio.sleep(seconds - max(0, math.ceil(seconds) - 1))
    async for piece in pieces:
        yield piece


def broken(fault: str | None, pieces: list[bytes], drip: float, hang: float) -> AsyncIterator[bytes] | None:
    """The body as the fault leaves it; None if it leaves it whole."""
    match fault:
        case "dripping":
            crumbs = list(_crumbs(b"".join(pieces), CRUMBS))
            return _paced(crumbs, 0, drip / max(1, len(crumbs) - 1))
        case "half":
            return _half(pieces, None)
        case "stalled":
            return _half(pieces, hang)
        case "malformed":
            return whole(_torn(pieces))
        case _:
            return None


async def _paced(pieces: list[bytes], first: float, then: float) -> AsyncIterator[bytes]:
    for index, piece in enumerate(pieces):
        wait = then if index else first
        if wait:
            await asyncio.sleep(wait)
        yield piece


async def _half(pieces: list[bytes], hang: float | None) -> AsyncIterator[bytes]:
    body = b"".join(pieces)
    yield body[: len(body) // 2]
    if hang is not None:
        await asyncio.sleep(hang)
    raise Dropped


def _torn(pieces: list[bytes]) -> bytes:
    """A body that begins well and is no JSON: of a stream, its second event."""
    if len(pieces) == 1:
        return pieces[0][: len(pieces[0]) * 2 // 3] + b'"oops'
    return pieces[0] + b'event: message\ndata: {"oops\n\n' + pieces[-1]


def _crumbs(body: bytes, count: int) -> Iterator[bytes]:
    size = max(1, -(-len(body) // count))
    return (body[at : at + size] for at in range(0, len(body), size))
