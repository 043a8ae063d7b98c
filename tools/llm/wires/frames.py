"""Server-sent events: from bytes, cut anywhere, to the data of each event."""

from collections.abc import Iterator


class Frames:
    """Takes a stream piece by piece and gives the data of every event that is complete."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """The events that end in this piece."""
        *lines, self._rest = _lines(self._rest + piece)
        yield from self._events(lines)

    def end(self) -> Iterator[bytes]:
        """The event that a stream without its last empty line ended with."""
        yield from self._events([self._rest.removesuffix(b"\r"), b""])
        self._rest = b""

    def _events(self, lines: list[bytes]) -> Iterator[bytes]:
        for line in lines:
            if line.startswith(b"data:"):
                self._data.append(line[5:].strip())
            elif not line and self._data:
                yield b"\n".join(self._data)
                self._data = []


def events(body: bytes) -> list[bytes]:
    """The data of every event of a whole stream."""
    frames = Frames()
    return [*frames.feed(body), *frames.end()]


def is_stream(body: bytes) -> bool:
    """Whether a body holds events, whatever its headers say."""
    return body.lstrip()[:7].startswith((b"data:", b"event:", b": "))


def _lines(text: bytes) -> list[bytes]:
    """Lines by LF or CRLF; the last is the one that is still open, which may end in half a CRLF."""
    *lines, rest = text.split(b"\n")
    return [*(line.removesuffix(b"\r") for line in lines), rest]
