"""The bench of model calls asks a server that really answers, and every side ends with the same reply."""

import httpx2
import pytest

from benchmarks import models


def test_every_side_is_measured_once_it_gave_the_served_reply() -> None:
    rows = models.measure(1)
    assert rows[0].name == "CPU per structured call, against the library's parse"
    assert all(row.ours > 0 and row.theirs > 0 for row in rows)


async def test_the_server_answers_every_request_on_one_connection() -> None:
    with models.served(b'{"a": 1}') as address:
        async with httpx2.AsyncClient() as client:
            told = [(await client.post(f"{address}/x", json={})).json() for _ in range(2)]
    assert told == [{"a": 1}, {"a": 1}]


def test_another_reply_than_the_served_one_is_no_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(models.REPLY, "symbol", "AAPL")
    with pytest.raises(RuntimeError, match="another reply"):
        models.measure(1)
