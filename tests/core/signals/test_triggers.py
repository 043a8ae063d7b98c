"""When a move is a shock, and that one move is one trigger."""

import tomllib
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import structs

from core.facts.signals import SignalGenerated
from core.market.instants import MINUTE
from core.market.instruments import LARGEST_QUANTITY
from core.market.quotes import Quote
from core.record.envelope import name
from core.signals.triggers import Memory, TriggerRules, detect

RULES = TriggerRules(window_minutes=10, threshold_pct=Decimal("0.50"), cooldown_minutes=15)
START = 1_381_152_600_000_000_000
SHIPPED = Path(__file__).parents[3] / "configs" / "signals.toml"


def quote(minute: float, price: str, **changes: Any) -> Quote:
    at = START + int(minute * MINUTE)
    middle = Decimal(price)
    tick = Quote(
        symbol="IBM",
        market="XNYS",
        bid=middle - Decimal("0.01"),
        ask=middle + Decimal("0.01"),
        bid_size=Decimal(300),
        at=at,
        received=at,
        source="replay",
        sequence=int(minute * 60),
        provenance="replay",
    )
    return structs.replace(tick, **changes)


def shocks(quotes: Iterable[Quote], memory: Memory | None = None, date: str = "2013-10-07") -> list[SignalGenerated]:
    found, memory = [], memory or Memory()
    for tick in quotes:
        memory, signal = detect(tick, memory, RULES, date)
        found += [signal] if signal else []
    return found


def test_the_shipped_rules_are_the_defaults() -> None:
    table = tomllib.loads(SHIPPED.read_text())
    assert msgspec.convert(table["signals"]["price_shock"], TriggerRules) == TriggerRules()


def test_a_move_of_exactly_the_threshold_is_a_shock_in_both_directions() -> None:
    (rise,) = shocks([quote(0, "200.00"), quote(1, "201.00")])
    (fall,) = shocks([quote(0, "200.00"), quote(1, "199.00")])
    assert rise.event.figures["change_pct"] == Decimal("0.5000")
    assert fall.event.figures["change_pct"] == Decimal("-0.5000")
    assert shocks([quote(0, "200.00"), quote(1, "200.999"), quote(2, "199.001")]) == []


def test_the_event_says_what_is_known_and_leaves_out_what_is_not() -> None:
    (signal,) = shocks([quote(0, "200.00"), quote(2, "203.00")])
    event = signal.event
    assert (event.kind, event.key, event.source, event.sequence) == ("price_shock", "XNYS:IBM", "replay", 120)
    assert event.at == datetime(2013, 10, 7, 13, 32, tzinfo=UTC)
    assert event.figures == {
        "bid": Decimal("202.99"),
        "ask": Decimal("203.01"),
        "bid_size": Decimal(300),
        "reference": Decimal("200.00"),
        "change_pct": Decimal("1.5000"),
        "threshold_pct": Decimal("0.50"),
        "window_minutes": Decimal(10),
        "spread_bp": Decimal("0.9852"),
    }


def test_a_one_sided_quote_is_judged_by_its_last_trade_and_an_empty_one_by_nothing() -> None:
    only_last = quote(1, "202.00", ask=None, last=Decimal(202))
    (signal,) = shocks([quote(0, "200.00"), only_last])
    assert "spread_bp" not in signal.event.figures and "ask" not in signal.event.figures
    memory = Memory()
    assert detect(quote(0, "1", bid=None, ask=None), memory, RULES, None) == (memory, None)


def test_a_figure_beyond_its_range_is_left_out_and_the_shock_is_still_told() -> None:
    wild = quote(1, "200.00", bid=Decimal("0.01"), ask=Decimal(500))
    (signal,) = shocks([quote(0, "200.00"), wild])
    assert "spread_bp" not in signal.event.figures
    assert signal.event.figures["change_pct"] == Decimal("25.0025")


def test_the_reference_is_the_oldest_price_inside_the_window() -> None:
    slow = [quote(minute, str(Decimal(200) + Decimal(minute) / 20)) for minute in range(60)]
    assert shocks(slow) == []
    (signal,) = shocks([quote(0, "198.50"), quote(5, "199.00"), quote(12, "200.00")])
    assert signal.event.figures["reference"] == Decimal("199.00")


def test_a_price_exactly_as_old_as_the_window_is_still_inside() -> None:
    (signal,) = shocks([quote(0, "198.50"), quote(10, "199.50")])
    assert signal.event.figures["reference"] == Decimal("198.50")
    assert shocks([quote(0, "198.50"), quote(10.01, "199.50")]) == []


def test_figures_at_the_ends_of_their_ranges_are_told() -> None:
    ends = {"bid_size": Decimal(0), "ask_size": LARGEST_QUANTITY}
    (signal,) = shocks([quote(0, "200.00"), quote(1, "203.00", **ends)])
    assert {figure: signal.event.figures[figure] for figure in ends} == ends


def test_one_move_is_one_trigger() -> None:
    jump = [quote(0, "200.00"), quote(1, "203.00")]
    assert len(shocks([*jump, *(quote(minute, "203.00") for minute in range(2, 40))])) == 1


def test_a_side_is_quiet_for_the_cool_down_and_the_other_is_not() -> None:
    climbing = [quote(minute, str(200 + minute)) for minute in range(0, 31)]
    assert [signal.event.sequence // 60 for signal in shocks(climbing)] == [1, 16]
    reversal = [quote(0, "200.00"), quote(1, "203.00"), quote(2, "200.00"), quote(3, "197.00")]
    assert [signal.event.figures["change_pct"] > 0 for signal in shocks(reversal)] == [True, False]


def test_a_gap_or_a_new_trading_date_begins_the_window_anew_and_keeps_the_cool_down() -> None:
    memory, _ = detect(quote(0, "200.00"), Memory(), RULES, "2013-10-07")
    for date, gap in (("2013-10-07", True), ("2013-10-08", False)):
        after, signal = detect(quote(1, "210.00"), memory, RULES, date, gap)
        assert signal is None
        assert after == Memory(date, ((START + MINUTE, Decimal("210.00")),), memory.quiet)
    startled, signal = detect(quote(1, "210.00"), memory, RULES, "2013-10-07")
    assert signal is not None
    assert detect(quote(2, "190.00"), startled, RULES, "2013-10-08")[0].quiet == startled.quiet


def test_the_run_is_named_by_instrument_side_and_window_and_not_by_source() -> None:
    (here,) = shocks([quote(0, "200.00"), quote(1, "203.00")])
    (there,) = shocks([quote(0, "200.00"), quote(1, "203.00", source="backup", sequence=99)])
    (down,) = shocks([quote(0, "200.00"), quote(1, "197.00")])
    (other,) = shocks([quote(0, "200.00"), quote(1, "203.00", symbol="SPY")])
    assert here.run == there.run == name("price_shock", "XNYS:IBM", "up", (START + MINUTE) // (15 * MINUTE))
    assert len({here.run, down.run, other.run}) == 3


def test_most_quotes_return_the_very_memory_they_were_given_and_it_stays_bounded() -> None:
    memory, _ = detect(quote(0, "200.00"), Memory(), RULES, "d")
    assert detect(quote(0.1, "200.01"), memory, RULES, "d")[0] is memory
    assert len(detect(quote(1 / 6, "200.01"), memory, RULES, "d")[0].prices) == 2
    for second in range(3600):
        memory, _ = detect(quote(second / 60, "200.00"), memory, RULES, "d")
    assert len(memory.prices) <= 62


@pytest.mark.parametrize(
    ("field", "value"),
    [("window_minutes", 0), ("window_minutes", 241), ("threshold_pct", Decimal("0.04")), ("cooldown_minutes", 0)],
)
def test_rules_out_of_range_are_refused(field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"{field}: must be from .* found '{value}'"):
        TriggerRules(**{field: value})
