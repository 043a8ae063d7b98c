"""How much: what each cap takes, in which order, and what an exit may take."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from core.market.instruments import Instrument
from core.risk.gate import Cleared, review
from core.risk.sizing import Clamp, Sized, size
from tests.core.risk.examples import (
    APPROVAL,
    DECISION,
    IBM,
    QUOTE,
    VIEW,
    approving,
    deciding,
    ordering,
    usd,
    view,
)


def entry(seen: Any = VIEW, approval: Any = APPROVAL, instrument: Instrument = IBM, **decided: Any) -> Sized:
    return size(structs.replace(DECISION, **decided), approval, instrument, seen)


def leave(held: str, action: str = "close", fraction: str = "1", reducing: str = "0", lot: str = "1") -> Sized:
    seen = view(held=Decimal(held), reducing=Decimal(reducing))
    decision = structs.replace(DECISION, action=action, direction=None, fraction=Decimal(fraction))
    return size(decision, None, structs.replace(IBM, lot=Decimal(lot)), seen)


def test_an_entry_is_the_posture_s_share_of_equity_at_the_executable_price() -> None:
    assert entry() == Sized(Decimal(25))
    short = approving(directions=("short",)).approval
    assert entry(approval=short, direction="short").quantity == Decimal(25)


@pytest.mark.parametrize(
    ("sized", "clamps"),
    [
        (
            entry(approval=approving(size_factor=Decimal("0.4")).approval),
            (Clamp("approval", Decimal(25), Decimal(10)),),
        ),
        (entry(view(committed=usd(2000))), (Clamp("posture", Decimal(25), Decimal(5)),)),
        (entry(view(cash=usd(5000))), (Clamp("fat_finger", Decimal(25), Decimal(15)),)),
        (
            entry(view(cash=usd(5000), pending=usd(4000))),
            (Clamp("cash", Decimal(25), Decimal(10)), Clamp("fat_finger", Decimal(10), Decimal(0))),
        ),
        (entry(view(equity=usd(100_099))), (Clamp("lot", Decimal("25.02475"), Decimal(25)),)),
        (entry(instrument=structs.replace(IBM, lot=Decimal(10))), (Clamp("lot", Decimal(25), Decimal(20)),)),
    ],
)
def test_each_clamp_is_recorded_with_its_name_before_and_after(sized: Sized, clamps: tuple[Clamp, ...]) -> None:
    assert sized == Sized(clamps[-1].after, clamps)


@pytest.mark.parametrize(
    ("sized", "name"),
    [
        (entry(approval=None), "approval_missing"),
        (entry(view(quote=None)), "quote_missing"),
        (entry(view(quote=structs.replace(QUOTE, ask=None))), "quote_missing"),
        (entry(view(equity=None)), "account_unknown"),
        (entry(view(cash=None)), "account_unknown"),
        (entry(view(pending=None)), "account_unknown"),
        (entry(view(committed=None)), "account_unknown"),
        (entry(instrument=structs.replace(IBM, currency="JPY")), "other_currency"),
        (entry(instrument=structs.replace(IBM, symbol="SPY")), "other_instrument"),
        (entry(symbol="SPY"), "other_instrument"),
        (entry(view(held=Decimal(-1))), "opposite_holding"),
        (entry(view(equity=usd(-1))), "none"),
        (entry(view(equity=usd(3999))), "lot"),
    ],
)
def test_nothing_is_the_refusal_and_says_why(sized: Sized, name: str) -> None:
    assert sized.quantity == 0
    assert [clamp.name for clamp in sized.clamps][-1:] == ([] if name == "none" else [name])


def test_a_limit_above_the_executable_price_buys_less() -> None:
    assert size(DECISION, APPROVAL, IBM, VIEW, Decimal(125)).quantity == Decimal(20)


def test_what_is_sized_at_every_bound_is_what_the_gate_clears() -> None:
    seen = view(committed=usd(500), pending=usd(25_000))
    sized = entry(seen)
    assert sized.quantity == Decimal(20)
    assert isinstance(review(ordering(quantity=sized.quantity), seen), Cleared)
    assert not isinstance(review(ordering(quantity=sized.quantity + 1), seen), Cleared)


@pytest.mark.parametrize(
    ("sized", "quantity"),
    [
        (leave("10"), "10"),
        (leave("-10"), "10"),
        (leave("10.5"), "10.5"),
        (leave("10", reducing="4"), "6"),
        (leave("10", reducing="12"), "0"),
        (leave("10", "reduce", "0.5"), "5"),
        (leave("-10", "reduce", "0.55"), "5"),
        (leave("10", "reduce", "0.01"), "1"),
        (leave("10", "reduce", "0.5", lot="4"), "4"),
        (leave("10", "reduce", "0.5", reducing="8"), "2"),
        (leave("0.5", "reduce", "0.5"), "0.5"),
        (leave("0"), "0"),
        (leave("0", "reduce", "0.5"), "0"),
        (leave("10", "close", "0.5"), "10"),
        (leave("10.5", "reduce", "1"), "10.5"),
        (leave("10", "hold"), "0"),
        (leave("10", "cancel_pending"), "0"),
    ],
)
def test_an_exit_takes_what_was_asked_and_never_more_than_is_free(sized: Sized, quantity: str) -> None:
    assert sized.quantity == Decimal(quantity)


def test_tighten_orders_nothing() -> None:
    tighten = deciding(action="tighten", direction=None, invalidation=Decimal(99)).decision
    assert tighten is not None
    assert size(tighten, APPROVAL, IBM, view(held=Decimal(10))) == Sized(Decimal(0))
