import json
from typing import Any

import pytest

from core.desk.allowance import Allowance
from core.errors import BadInput
from tests.tools.lookups.books import ACCOUNT, sources
from tools.lookups.opening import LOOKUPS, open_lookups

ASKED: dict[str, dict[str, Any]] = {
    "quote": {"instrument": "US:IBM"},
    "bars": {"instrument": "US:IBM", "count": 40},
    "indicators": {"instrument": "US:IBM"},
    "what_if": {"instrument": "US:IBM", "side": "buy", "quantity": "10"},
    "optimum": {"instruments": ["US:IBM", "US:SPY"]},
    "limits": {"instrument": "US:IBM"},
}


@pytest.mark.parametrize("name", LOOKUPS)
async def test_every_lookup_answers_compactly_twice_the_same_and_never_names_the_account(name: str) -> None:
    seen = await sources()
    (one,), (other,) = open_lookups([name], seen), open_lookups([name], seen)
    answer = await one.answer(ASKED.get(name, {}), Allowance())
    assert answer == await other.answer(ASKED.get(name, {}), Allowance())
    assert not answer.failed and len(answer.text) < 4_000
    assert ACCOUNT not in answer.text
    shown = json.loads(answer.text)["figures"]
    assert shown == {figure: str(value) for figure, value in answer.figures.items()}
    assert all(figure.startswith(f"tool.{name}.") and len(figure) <= 64 for figure in shown)


@pytest.mark.parametrize("name", LOOKUPS)
async def test_every_lookup_changes_nothing(name: str) -> None:
    seen = await sources()
    books: Any = seen.books
    before, head = books.state(), await books.head()
    (lookup,) = open_lookups([name], seen)
    await lookup.answer(ASKED.get(name, {}), Allowance())
    assert (books.state(), await books.head()) == (before, head)


@pytest.mark.parametrize("name", ASKED)
async def test_an_unknown_instrument_is_told_in_a_sentence(name: str) -> None:
    (lookup,) = open_lookups([name], await sources())
    key = "instruments" if name == "optimum" else "instrument"
    wrong = {**ASKED[name], key: ["US:IBM", "IBMX"] if name == "optimum" else "IBMX"}
    answer = await lookup.answer(wrong, Allowance())
    assert "'IBMX' is not registered; it is written MARKET:SYMBOL" in answer.text


async def test_a_name_nobody_knows_is_refused() -> None:
    with pytest.raises(BadInput, match="there is no 'news'; known are quote, bars"):
        open_lookups(["quote", "news"], await sources())


@pytest.mark.parametrize("name", ["bars", "indicators", "what_if", "optimum", "past_decisions"])
async def test_a_lookup_without_its_producer_is_not_opened(name: str) -> None:
    with pytest.raises(BadInput, match=f"'{name}' has no producer in this desk"):
        open_lookups([name], await sources(prices=None, past=None))
