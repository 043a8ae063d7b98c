"""Names are made of what makes the thing itself."""

import re
from typing import get_args

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from core.facts.orders import ClientId
from core.record.envelope import SCHEMA, Metadata, client_id, name

PARTS = st.lists(st.one_of(st.text(st.characters(exclude_characters="\x1f", codec="utf-8")), st.integers()), min_size=1)


@given(PARTS)
def test_the_same_parts_always_give_the_same_name(parts: list[str | int]) -> None:
    assert name(*parts) == name(*parts)
    assert re.fullmatch(r"[a-z2-7]{16}", name(*parts))


@given(PARTS, PARTS)
def test_other_parts_give_another_name(parts: list[str | int], others: list[str | int]) -> None:
    same = [str(part) for part in parts] == [str(part) for part in others]
    assert (name(*parts) == name(*others)) == same


def test_a_name_does_not_change_between_releases() -> None:
    assert name("IBM", "price_shock", "up", 17) == "evgpeu77de2uafzo"


@given(st.text(), st.text(), st.text())
def test_a_client_id_is_one_a_broker_takes(decision: str, leg: str, account: str) -> None:
    encodable = [part.encode("utf-8", "replace").decode() for part in (decision, leg, account)]
    made = client_id(*encodable)
    pattern = get_args(ClientId)[1].pattern
    assert re.match(pattern, made)
    assert msgspec.convert(made, ClientId) == made


def test_leg_and_account_make_orders_of_one_decision_differ() -> None:
    made = {client_id("run", leg, account) for leg in ("entry", "exit") for account in ("a", "b")}
    assert len(made) == 4


def test_metadata_says_the_format_it_was_written_in() -> None:
    assert Metadata("run", "cause").schema == SCHEMA
