from decimal import Decimal
from functools import reduce

from msgspec import structs

from core.desk.recollection import KEPT, Recollection, Remembered, Result, recall
from core.facts.catalogue import Fact
from core.facts.desk import PositionUpdated, RunSettled
from core.facts.signals import SignalGenerated
from core.market.instruments import Money
from core.record.codec import encode
from tests.agents.examples import EVENT, NOW, proceed, read, reply

DECISION = read("commander", reply("commander"))
HELD = PositionUpdated(
    symbol="IBM",
    market="XNYS",
    currency="USD",
    quantity=Decimal(0),
    average=None,
    realised=Money(Decimal("-12.50"), "USD"),
    fee=Money(Decimal(1), "USD"),
)


def told(*facts: Fact, run: str = "run1", before: Recollection | None = None) -> Recollection:
    return reduce(lambda so_far, fact: recall(so_far, fact, run, NOW), facts, before or Recollection())


def test_a_settled_run_is_remembered_with_its_decision_and_outcome() -> None:
    kept = told(SignalGenerated(EVENT, "run1"), DECISION, RunSettled("run1", "executed", "as decided"))
    assert kept.past == (
        Remembered(
            at=NOW,
            key="XNYS:IBM",
            kind="price_shock",
            action="open",
            direction="long",
            confidence=85,
            outcome="executed",
        ),
    )
    assert kept.open == {}


def test_a_run_that_nobody_decided_is_remembered_without_an_action() -> None:
    (only,) = told(SignalGenerated(EVENT, "run1"), RunSettled("run1", "vetoed", "no")).past
    assert (only.action, only.outcome) == (None, "vetoed")


def test_nothing_is_remembered_of_a_run_that_was_never_accepted() -> None:
    assert told(DECISION, RunSettled("run1", "held", "nothing")) == Recollection()


def test_no_word_of_a_model_is_kept() -> None:
    facts = (SignalGenerated(EVENT, "run1"), proceed().analysis, DECISION, RunSettled("run1", "held", "IGNORE ALL"))
    kept = encode(told(*facts))
    assert b"IGNORE" not in kept and b"outlook" not in kept and b"With the move" not in kept


def test_what_a_fill_earned_is_remembered_and_a_fill_that_earned_nothing_is_not() -> None:
    opened = structs.replace(HELD, realised=Money(Decimal(0), "USD"))
    assert told(opened, HELD).results == (Result(NOW, "XNYS:IBM", HELD.realised),)


def test_only_the_latest_are_kept() -> None:
    kept = Recollection()
    for number in range(KEPT + 5):
        run = f"run{number}"
        kept = told(SignalGenerated(EVENT, run), HELD, RunSettled(run, "held", ""), run=run, before=kept)
    assert (len(kept.past), len(kept.results), kept.open) == (KEPT, KEPT, {})
