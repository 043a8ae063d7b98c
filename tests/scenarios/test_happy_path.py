"""An event becomes an analysis, an approval, a decision, a cleared order, a fill on a later quote, and a protection."""

import asyncio
from decimal import Decimal

import pytest

from core.facts.desk import DeskClosed, PositionUpdated, ProtectionSet
from core.facts.models import ModelReplied
from core.facts.orders import OrderFilled, OrderIntended, OrderPlaced
from core.facts.risk import GateRuled
from core.facts.signals import SignalGenerated
from core.record.codec import order_hash
from tests.desks import FILLED, RISE, Rehearsal, Told, consent, instant, tape

STORY = """
DESK_OPENED DAY_OPENED
PRICE_TICK SIGNAL_GENERATED
MODEL_REPLIED ANALYSIS_MADE MODEL_REPLIED VERIFICATION_MADE
MODEL_REPLIED DECISION_MADE GATE_RULED
ORDER_INTENDED ORDER_PLACED RUN_SETTLED
ORDER_FILLED POSITION_UPDATED PROTECTION_SET
RUN_TIMED DESK_CLOSED
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return Rehearsal(tmp_path_factory.mktemp("desk")).play(tape(RISE, FILLED), consent())


def test_the_record_tells_exactly_this_story(told: Told) -> None:
    assert told.names == STORY.split()
    assert told.outcomes == ["executed"]


def test_the_order_is_what_sizing_allows_at_the_price_the_other_side_asks(told: Told) -> None:
    (order,) = told.sent
    assert (order.side, order.quantity, order.kind, order.limit) == ("buy", Decimal(10), "limit", Decimal("184.62"))


def test_the_verdict_stands_in_the_record_before_the_order_and_is_for_exactly_this_order(told: Told) -> None:
    (verdict,), (intent,), (order,) = told.all(GateRuled), told.all(OrderIntended), told.sent
    assert verdict.cleared
    assert verdict.order_hash == intent.order_hash == order_hash(order)
    assert told.at(GateRuled) <= told.at(OrderIntended) <= told.at(OrderPlaced)


def test_it_is_filled_on_a_later_quote_than_the_one_that_gave_rise_to_it(told: Told) -> None:
    (fill,) = told.all(OrderFilled)
    assert told.at(SignalGenerated) == [instant("13:41:00")]
    assert (fill.at, fill.price) == (instant("13:42:00"), Decimal("184.60"))


def test_the_holding_is_protected_with_the_fill_no_further_away_than_the_idea_is_wrong(told: Told) -> None:
    (held,), (protection,) = told.all(PositionUpdated), told.all(ProtectionSet)
    assert (held.quantity, held.average) == (Decimal(10), Decimal("184.60"))
    assert (protection.stop, protection.target) == (Decimal("183.50"), Decimal("189.03"))
    assert told.at(ProtectionSet) == told.at(OrderFilled)


def test_desk_and_broker_hold_the_same(told: Told) -> None:
    state, broker = told.house.projections.state(), told.house.paper
    assert told.held == asyncio.run(broker.positions()) == {"US:IBM": Decimal(10)}
    assert state.cash == asyncio.run(broker.cash())


def test_the_chain_verifies_and_ends_where_the_summary_says(told: Told) -> None:
    verified = asyncio.run(told.house.projections.verify())
    assert (verified.broken, verified.events) == (None, told.summary.journal_events)
    assert verified.head.hash.hex() == told.summary.chain_head


def test_every_request_and_reply_can_be_read_again(told: Told) -> None:
    replied = told.all(ModelReplied)
    assert [fact.role for fact in replied] == ["analyst", "verifier", "commander"]
    for fact in replied:
        assert asyncio.run(told.house.projections.blob(fact.request))
        assert asyncio.run(told.house.projections.blob(fact.reply))


def test_every_event_is_caused_by_itself_or_by_one_that_stands_before_it(told: Told) -> None:
    seen: set[str] = set()
    for event in told.recorded:
        seen.add(event.envelope.id)
        assert event.envelope.metadata.causation in seen


def test_everything_after_the_event_goes_back_to_it(told: Told) -> None:
    run = told.settled.run
    after = [event for event in told.recorded if not event.envelope.stream.startswith("desk")]
    assert {event.envelope.metadata.correlation for event in after} == {run}


def test_the_summary_counts_it_and_the_desk_closes_with_a_reason(told: Told) -> None:
    summary = told.summary
    assert (summary.events, summary.triggers, summary.decisions, summary.orders, summary.fills) == (3, 1, 1, 1, 1)
    assert summary.pnl == {"USD": "-1.10"}
    assert told.all(DeskClosed) == [DeskClosed("the recording ended")]
