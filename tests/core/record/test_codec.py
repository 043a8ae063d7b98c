"""The same fact gives the same bytes, and the bytes give the same fact."""

import json
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput, JournalBroken
from core.facts.catalogue import TYPES, Fact, wire_name
from core.facts.desk import RunSettled
from core.facts.operations import RunTimed
from core.facts.orders import Order
from core.market.instruments import Money
from core.record.codec import decode_envelope, decode_event, digest, encode, order_hash
from core.record.envelope import SCHEMA, Envelope, Metadata
from tests.samples import AT, EVENT, ORDER, RUN, SAMPLES

FINITE = st.decimals(allow_nan=False, allow_infinity=False)


def envelope(fact: Fact, schema: int = SCHEMA) -> Envelope:
    return Envelope(f"{RUN}.1", AT, wire_name(fact), f"run:{RUN}", 1, fact, Metadata(RUN, f"{RUN}.0", schema))


def test_the_samples_cover_the_catalogue() -> None:
    assert {type(fact) for fact in SAMPLES.values()} == set(TYPES.values())


@pytest.mark.parametrize("name", SAMPLES)
def test_every_fact_comes_back_equal_and_gives_the_same_bytes_again(name: str) -> None:
    written = envelope(SAMPLES[name])
    body = encode(written)
    assert decode_envelope(body) == written
    assert encode(decode_envelope(body)) == body


@pytest.mark.parametrize("name", SAMPLES)
def test_the_wire_names_of_the_record_are_kept(name: str) -> None:
    body = json.loads(encode(envelope(SAMPLES[name])))
    assert list(body) == ["id", "timestamp", "type", "aggregateId", "version", "data", "metadata"]
    assert body["type"] == body["data"]["type"] == name
    assert body["metadata"] == {"correlation": RUN, "causation": f"{RUN}.0", "schema": SCHEMA}


def test_the_bytes_are_canonical_whatever_order_a_mapping_was_filled_in() -> None:
    one = RunTimed(RUN, {"gate": 1, "analyze": 2})
    other = RunTimed(RUN, {"analyze": 2, "gate": 1})
    assert encode(one) == encode(other)


@given(FINITE)
def test_money_keeps_every_digit(amount: Decimal) -> None:
    back = msgspec.json.decode(encode(Money(amount, "USD")), type=Money)
    assert back.amount.as_tuple() == amount.as_tuple()


@pytest.mark.parametrize("amount", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_money_that_is_no_number_is_refused_when_made_and_when_read(amount: str) -> None:
    with pytest.raises(BadInput, match="must be finite"):
        Money(Decimal(amount), "USD")
    body = encode(envelope(SAMPLES["DAY_OPENED"])).replace(b'"100000.00"', f'"{amount}"'.encode())
    with pytest.raises(JournalBroken):
        decode_envelope(body)


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
def test_any_text_comes_back_equal(stream: str, reason: str) -> None:
    written = msgspec.structs.replace(envelope(RunSettled(RUN, "held", reason)), stream=stream)
    assert decode_envelope(encode(written)) == written


def test_an_event_of_a_newer_format_is_refused_by_number() -> None:
    body = encode(envelope(SAMPLES["RUN_SETTLED"], schema=SCHEMA + 1))
    with pytest.raises(JournalBroken, match=f"has schema {SCHEMA + 1}, this release knows {SCHEMA}"):
        decode_envelope(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"\xff\xfe",
        b'{"id":"a"}',
        encode(envelope(SAMPLES["RUN_SETTLED"])).replace(b'"RUN_SETTLED","run"', b'"RUN_FORGOTTEN","run"'),
        encode(envelope(SAMPLES["RUN_SETTLED"])).replace(b'"executed"', b'"perhaps"'),
        encode(envelope(SAMPLES["ORDER_INTENDED"])).replace(b'"54"', b'"-54"'),
    ],
)
def test_what_is_no_event_is_a_broken_journal(body: bytes) -> None:
    with pytest.raises(JournalBroken, match="an event cannot be read"):
        decode_envelope(body)


def test_an_event_from_outside_is_read_or_its_field_is_named() -> None:
    text = encode(EVENT)
    assert decode_event(text) == EVENT
    with pytest.raises(BadInput, match=r"\$\.symbol"):
        decode_event(text.replace(b'"IBM"', b'"ibm"', 1))


def test_a_digest_is_sha256_in_hex() -> None:
    assert digest(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(
    "change",
    [{"quantity": Decimal(55)}, {"limit": Decimal("184.11")}, {"side": "sell"}, {"account": "other"}, {"leg": "exit"}],
)
def test_an_order_hash_changes_with_each_field(change: dict[str, object]) -> None:
    other: Order = msgspec.structs.replace(ORDER, **change)
    assert order_hash(other) != order_hash(ORDER) == order_hash(ORDER)
