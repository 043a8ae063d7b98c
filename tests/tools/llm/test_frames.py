"""Server-sent events, however a server writes them and wherever the network cuts them."""

import pytest

from tools.llm.wires.frames import Frames, events, is_stream


@pytest.mark.parametrize(
    ("body", "data"),
    [
        (b"", []),
        (b"data: a\n\n", [b"a"]),
        (b"data:a\r\n\r\ndata: b  \r\n\r\n", [b"a", b"b"]),
        (b": keep-alive\n\n\n\nevent: x\nid: 7\ndata: a\n\n", [b"a"]),
        (b"data: a\ndata: b\n\n", [b"a\nb"]),
        (b"data: a\n\ndata: b", [b"a", b"b"]),
        (b"event: ping\n\n", []),
        (b"data: \xe6\x97\xa5\n\n", [b"\xe6\x97\xa5"]),
    ],
)
def test_a_stream_is_its_events_wherever_it_is_cut(body: bytes, data: list[bytes]) -> None:
    assert events(body) == data
    for cut in range(len(body) + 1):
        frames = Frames()
        assert [*frames.feed(body[:cut]), *frames.feed(body[cut:]), *frames.end()] == data


def test_an_event_is_given_as_soon_as_it_is_complete() -> None:
    frames = Frames()
    assert list(frames.feed(b"data: a\n")) == []
    assert list(frames.feed(b"\nda")) == [b"a"]
    assert list(frames.feed(b"ta: b\n\n")) == [b"b"]


def test_a_stream_is_known_by_its_beginning() -> None:
    assert all(is_stream(body) for body in (b"data: a", b"\n\nevent: a", b": PROCESSING"))
    assert not any(is_stream(body) for body in (b"", b'{"data": 1}', b"[1]"))
