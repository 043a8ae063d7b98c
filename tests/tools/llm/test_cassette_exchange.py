import pytest

from tools.llm.cassettes.exchange import Asked, identity

URL = "https://api.example.com/v1/chat"


def asked(uri: str = URL, body: bytes = b"", method: str = "POST") -> Asked:
    return Asked(method, uri, (), body)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (asked(body=b'{"a": 1, "b": [1.50, "\\ud55c"]}'), asked(body='{"b":[1.5,"한"],"a":1}'.encode())),
        (asked("http://127.0.0.1:4711/v1"), asked("http://127.0.0.1:9/v1")),
        (asked(f"{URL}?key=abc&alt=sse&n=1"), asked(f"{URL}?n=1&alt=sse&key=xyz")),
        (asked("https://API.example.com"), asked("https://api.example.com/")),
        (asked(method="post"), asked(method="POST")),
    ],
    ids=["json", "port", "query", "host", "method"],
)
def test_requests_that_say_the_same_are_the_same(one: Asked, other: Asked) -> None:
    assert identity(one) == identity(other)


@pytest.mark.parametrize(
    "other",
    [
        asked(body=b'{"a": 1}', method="PUT"),
        asked(URL.replace("https", "http"), b'{"a": 1}'),
        asked(URL.replace("api", "eu"), b'{"a": 1}'),
        asked(URL + "/completions", b'{"a": 1}'),
        asked(f"{URL}?alt=sse", b'{"a": 1}'),
        asked(f"{URL}?alt=", b'{"a": 1}'),
        asked(body=b'{"a": 2}'),
        asked(body=b'{"a": "1"}'),
        asked(body=b'{"a": 1'),
        asked(body=b'[{"a": 1}]'),
    ],
)
def test_each_part_tells_requests_apart(other: Asked) -> None:
    assert identity(other) != identity(asked(body=b'{"a": 1}'))


@pytest.mark.parametrize("body", [b"", b"{", b"a=1&b=2", b"\xff\xfe", b'{"a": NaN}', b'{"a": "\\ud800"}'])
def test_a_body_that_is_no_json_is_compared_as_it_stands(body: bytes) -> None:
    assert identity(asked(body=body)).body == body
