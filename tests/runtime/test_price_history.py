from decimal import Decimal

from core.market.instants import MINUTE
from core.quant.ticks.stream import Stream
from runtime.price_history import KeptBars

BEGIN = 23_014_000 * MINUTE


def stream() -> Stream:
    made = Stream(["US:IBM"])
    for number, price in enumerate((184.01, 184.03, 184.02, 184.035)):
        made.tick("US:IBM", BEGIN + number * MINUTE // 2, number + 1, price)
    made.tick("US:IBM", BEGIN + 2 * MINUTE, 9, 184.0)
    return made


def test_closed_bars_are_read_in_exact_prices() -> None:
    first, second = KeptBars(stream).bars("US:IBM", 1)
    assert (first.at, first.open, first.close) == (BEGIN, Decimal("184.01"), Decimal("184.03"))
    assert (second.high, second.low) == (Decimal("184.035"), Decimal("184.02"))


def test_what_nobody_watches_has_no_bars() -> None:
    kept = KeptBars(stream)
    assert kept.bars("US:SPY", 1) == kept.bars("US:IBM", 7) == kept.bars("US:IBM", 60) == ()


def test_before_the_tick_path_is_loaded_there_are_none() -> None:
    assert KeptBars(lambda: None).bars("US:IBM", 1) == ()
