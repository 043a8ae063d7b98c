"""Plays cassettes under any SDK that takes an httpx2 client, one cassette for each run, also when runs are concurrent.

Which cassette answers is decided by the context: tasks started inside `with playing(cassette)` use that one. What is
being recorded is answered as it will be played, scrubbed and whole, so an adapter sees the same both times.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

import httpx2

from core.errors import BadInput
from tools.llm.cassettes.cassette import Cassette, Mode
from tools.llm.cassettes.exchange import Answer, Asked
from tools.llm.cassettes.file import Label
from tools.llm.cassettes.miss import CassetteMiss

_PLAYING: ContextVar[Cassette | None] = ContextVar("cassette", default=None)


class CassetteTransport(httpx2.AsyncBaseTransport):
    """Answers from the cassette of the context, else from its own; without any the inner transport is asked."""

    def __init__(self, inner: httpx2.AsyncBaseTransport | None = None, cassette: Cassette | None = None) -> None:
        self.cassette = cassette
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Play the answer, or record it."""
        cassette = _PLAYING.get() or self.cassette
        if cassette is None:
            return await self._beyond(request).handle_async_request(request)
        body = await request.aread()
        asked = Asked(request.method, str(request.url), tuple(request.headers.multi_items()), body)
        answer = cassette.play(asked)
        if answer is None:
            turn = cassette.turn()
            answer = cassette.keep(turn, asked, await _whole(self._beyond(request), request))
        return _response(answer)

    async def aclose(self) -> None:
        """Save what its own cassette recorded, and close the inner transport."""
        if self.cassette is not None:
            self.cassette.save()
        if self._inner is not None:
            await self._inner.aclose()

    def _beyond(self, request: httpx2.Request) -> httpx2.AsyncBaseTransport:
        if self._inner is None:
            raise CassetteMiss(f"{request.method} {request.url.host}: no cassette is open and no network is behind it")
        return self._inner


@contextmanager
def playing(cassette: Cassette) -> Iterator[Cassette]:
    """Let this cassette answer whatever the block asks; at its end misses are raised again and recordings saved."""
    token = _PLAYING.set(cassette)
    try:
        yield cassette
    except Exception as error:
        if cassette.misses and error not in cassette.misses:
            raise cassette.misses[0] from None
        raise
    finally:
        _PLAYING.reset(token)
    cassette.finish()
    cassette.save()


def transport(
    path: Path,
    mode: Mode = "none",
    inner: httpx2.AsyncBaseTransport | None = None,
    label: Label | None = None,
    *,
    allow_repeats: bool = False,
    secrets: Iterable[str] = (),
) -> CassetteTransport:
    """A transport with one cassette of its own; `.cassette.origin` says who gave its answers."""
    cassette = Cassette(path, mode, label, allow_repeats=allow_repeats, secrets=secrets)
    if cassette.records and inner is None:
        raise BadInput(f"{path}: recording in mode {mode!r} needs a transport that reaches the providers")
    return CassetteTransport(inner, cassette)


async def _whole(inner: httpx2.AsyncBaseTransport, request: httpx2.Request) -> Answer:
    """Read an answer to its end and decompress it."""
    real = await inner.handle_async_request(request)
    try:
        await real.aread()
    finally:
        await real.aclose()
    return Answer(real.status_code, real.reason_phrase, tuple(real.headers.multi_items()), real.content)


def _response(answer: Answer) -> httpx2.Response:
    return httpx2.Response(
        answer.status,
        headers=list(answer.headers),
        stream=httpx2.ByteStream(answer.body),
        extensions={"reason_phrase": answer.reason.encode("ascii", "replace")} if answer.reason else None,
    )
