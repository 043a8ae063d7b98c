"""Rows of stop-losses and of failures, as the journal tells them."""

from decimal import Decimal

import pytest

from core.desk.streaks import MOST, Streaks, count
from core.facts.catalogue import Fact
from core.facts.desk import ExitTriggered, Outcome, PositionUpdated, PostureChanged, RunSettled
from core.market.instruments import Money


def left(reason: str, *realised: str, symbol: str = "IBM") -> list[Fact]:
    """An exit, and its fills with what each settled; the last one leaves nothing."""
    exit_of = ExitTriggered(symbol=symbol, market="US", reason=reason, price=_ONE, level=_ONE, quantity=_ONE)  # type: ignore[arg-type]
    return [exit_of, *closed(*realised, symbol=symbol)]


def closed(*realised: str, symbol: str = "IBM") -> list[Fact]:
    nothing = Money(Decimal(0), "USD")
    return [
        PositionUpdated(
            symbol=symbol,
            market="US",
            currency="USD",
            quantity=Decimal(len(realised) - number),
            average=_ONE,
            realised=Money(Decimal(settled), "USD"),
            fee=nothing,
        )
        for number, settled in enumerate(realised, 1)
    ]


_ONE = Decimal(1)


def told(*stories: list[Fact]) -> Streaks:
    streaks = Streaks()
    for story in stories:
        for fact in story:
            streaks = count(streaks, fact)
    return streaks


def settled(*outcomes: Outcome) -> list[Fact]:
    return [RunSettled(f"run{number}", outcome, "") for number, outcome in enumerate(outcomes)]


@pytest.mark.parametrize(
    ("stories", "losses"),
    [
        ([left("stop", "-5")], 1),
        ([left("stop", "-5"), left("stop", "-1"), left("stop", "-2")], 3),
        ([left("stop", "-5"), left("target", "9"), left("stop", "-1")], 1),
        ([left("stop", "-5"), left("stop", "3")], 0),
        ([left("stop", "-5"), closed("4")], 0),
        ([left("stop", "-5"), closed("-4"), left("stop", "-1")], 2),
        ([left("stop", "-5", "2", "-1")], 1),
        ([left("stop", "5", "-2")], 0),
        ([left("stop", "-5"), left("stop", "-5", symbol="SPY")], 2),
    ],
)
def test_stop_losses_are_counted_in_a_row(stories: list[list[Fact]], losses: int) -> None:
    assert told(*stories).losses == losses
    assert told(*stories).leaving == {}


def test_an_exit_that_is_still_being_filled_is_no_loss_yet() -> None:
    assert told(left("stop", "-5", "-5")[:-1]).losses == 0


@pytest.mark.parametrize(
    ("outcomes", "failures"),
    [
        (["abstained", "failed", "unknown"], ("abstained", "failed", "unknown")),
        (["abstained", "vetoed", "rejected"], ("rejected",)),
        (["abstained", "superseded", "abandoned", "failed"], ("abstained", "failed")),
        (["failed", "held"], ()),
        (["failed", "denied"], ()),
        (["failed", "executed"], ()),
    ],
)
def test_failures_are_counted_in_a_row(outcomes: list[Outcome], failures: tuple[str, ...]) -> None:
    assert told(settled(*outcomes)).failures == failures


def test_the_memory_of_failures_is_bounded() -> None:
    assert len(told(settled(*["failed"] * 50)).failures) == MOST


def test_an_emergency_uses_its_row_up_and_no_other_change_does() -> None:
    row = told(left("stop", "-5"), settled("failed"))
    change = {"before": "guerrilla", "after": "defensive", "why": "", "figures": {}, "by": ""}
    assert count(row, PostureChanged(**change, cause="automatic")) == row  # type: ignore[arg-type]
    assert count(row, PostureChanged(**change, cause="emergency")) == Streaks()  # type: ignore[arg-type]
