"""Which ticks are believed, and what the others are called."""

import numpy as np
import pytest

from core.quant.ticks.layout import MINUTE, SECOND
from core.quant.ticks.stream import Stream
from core.quant.ticks.terms import StreamTerms
from core.quant.ticks.ticking import Records
from core.quant.ticks.verdicts import REFUSED, Verdict
from tests.core.quant.tapes import NOON, bits, recorded, steady, walk

CALM = [100.0, 100.01, 99.99, 100.02] * 20


def verdicts(prices: list[float], terms: StreamTerms | None = None) -> list[Verdict]:
    """On the last prices, after eighty calm ticks; what bars and days do is left out."""
    seen = Stream(["IBM"], terms).batch(steady(CALM + prices))
    kept = Verdict(REFUSED | Verdict.SHIFT | Verdict.UNSIZED)
    return [Verdict(verdict) & kept for verdict in seen[len(CALM) :].tolist()]


@pytest.mark.parametrize("price", [np.nan, np.inf, -np.inf, 0.0, -1.0, 1.1e9])
def test_a_tick_without_a_price_is_refused_and_counted(price: float) -> None:
    stream = Stream(["IBM"])
    assert stream.tick("IBM", NOON, 1, price, 5.0) == Verdict.UNUSABLE
    snapshot = stream.snapshot("IBM", NOON)
    assert (snapshot.counts[Verdict.UNUSABLE], snapshot.ticks, snapshot.price, snapshot.at) == (1, 0, None, None)


@pytest.mark.parametrize("volume", [np.nan, np.inf, -1.0, 1.1e12])
def test_a_tick_without_a_volume_is_taken_and_counted(volume: float) -> None:
    stream = Stream(["IBM"])
    assert stream.tick("IBM", NOON, 1, 100.0, volume) == Verdict.UNSIZED | Verdict.DAY
    snapshot = stream.snapshot("IBM", NOON)
    assert (snapshot.counts[Verdict.UNSIZED], snapshot.price, snapshot.vwap) == (1, 100.0, None)


def test_a_volume_of_zero_is_a_volume() -> None:
    assert Stream(["IBM"]).tick("IBM", NOON, 1, 100.0, 0.0) == Verdict.DAY


@pytest.mark.parametrize(
    ("at", "sequence", "verdict"),
    [
        (NOON, 7, Verdict.REPEATED),
        (NOON, 6, Verdict.LATE),
        (NOON - 1, 8, Verdict.LATE),
        (NOON, 8, Verdict(0)),
        (NOON + 1, 1, Verdict(0)),
        (-1, 9, Verdict.LATE),
        (2**62, 9, Verdict.UNUSABLE),
        (2**63 - 1, 9, Verdict.UNUSABLE),
    ],
)
def test_order_is_told_by_time_and_sequence(at: int, sequence: int, verdict: Verdict) -> None:
    stream = Stream(["IBM"])
    stream.tick("IBM", NOON, 7, 100.0, 5.0)
    before = stream.snapshot("IBM", NOON)
    assert stream.tick("IBM", at, sequence, 101.0, 5.0) == verdict
    after = stream.snapshot("IBM", NOON)
    assert (after.price, after.vwap == before.vwap) == ((101.0, False) if verdict.taken else (100.0, True))


def test_the_last_nanosecond_counts() -> None:
    stream = Stream(["IBM"])
    assert stream.tick("IBM", NOON + 1, 2**62 + 1, 100.0) & REFUSED == 0
    assert stream.tick("IBM", NOON, 2**62 + 2, 100.0) == Verdict.LATE
    assert stream.tick("IBM", NOON + 1, 2**62, 100.0) == Verdict.LATE
    assert stream.tick("IBM", NOON + 1, 2**62 + 2, 100.0) & REFUSED == 0


def test_a_refused_tick_leaves_every_figure_as_it_was() -> None:
    clean, spoilt = Stream(["IBM"]), Stream(["IBM"])
    clean.batch(steady(CALM))
    spoilt.batch(steady(CALM))
    for price in (np.nan, 140.0):
        assert not Verdict(spoilt.tick("IBM", NOON + 100 * SECOND, int(price == price), price, 9.0)).taken
    figures = [stream.snapshot("IBM", NOON + 100 * SECOND) for stream in (clean, spoilt)]
    unlike = {name for name in figures[0].__struct_fields__ if getattr(figures[0], name) != getattr(figures[1], name)}
    assert unlike == {"counts", "quality"}


def test_a_far_price_is_an_outlier_and_a_jump_is_believed_when_it_is_confirmed() -> None:
    doubted, shift, fine = Verdict.OUTLIER, Verdict.SHIFT, Verdict(0)
    assert verdicts([110.0, 100.0]) == [doubted, fine]
    assert verdicts([110.0, 110.1, 109.9, 110.0]) == [doubted, doubted, shift, fine]
    assert verdicts([110.0, 110.1, 100.0, 110.0, 110.1]) == [doubted, doubted, fine, doubted, doubted]
    assert verdicts([110.0, 90.0, 110.0, 90.0]) == [doubted] * 4
    assert verdicts([110.0, 100.0], StreamTerms(confirm=1)) == [shift, shift]


def test_a_bad_tick_delivered_again_and_again_cannot_confirm_itself() -> None:
    stream = Stream(["IBM"])
    stream.batch(steady(CALM))
    seen = [stream.tick("IBM", NOON + 100 * SECOND, 900, 110.0, 1.0) for _ in range(5)]
    assert seen == [Verdict.OUTLIER, *[Verdict.REPEATED] * 4]


def test_the_first_ticks_are_judged_by_a_fixed_band_and_a_bad_first_print_is_outvoted() -> None:
    stream = Stream(["IBM"])
    seen = stream.batch(steady([200.0, 100.0, 100.1, 100.0, 103.9, 108.2]))
    doubt = [Verdict(verdict) & (Verdict.OUTLIER | Verdict.SHIFT) for verdict in seen.tolist()]
    assert doubt == [Verdict(0), Verdict.OUTLIER, Verdict.OUTLIER, Verdict.SHIFT, Verdict(0), Verdict.OUTLIER]


def test_a_price_that_stood_still_may_take_a_calm_step() -> None:
    still = steady([100.0] * 200 + [100.49, 101.1])
    assert [verdict & Verdict.OUTLIER for verdict in Stream(["IBM"]).batch(still)[-2:].tolist()] == [0, Verdict.OUTLIER]


def test_the_band_follows_the_usual_size_of_a_step() -> None:
    draw = np.random.default_rng(1)
    wild = (100 * np.exp(np.cumsum(draw.normal(0, 0.004, 2_000)))).tolist()
    wild = [price for price in wild if price > 0]
    seen = Stream(["BTC"]).batch(steady(wild))
    assert np.count_nonzero(seen[64:] & Verdict.OUTLIER) == 0
    assert Stream(["BTC"]).batch(steady([*wild, wild[-1] * 1.06]))[-1] & Verdict.OUTLIER
    assert not Stream(["BTC"]).batch(steady([*wild, wild[-1] * 1.015]))[-1] & Verdict.OUTLIER


def test_one_outlier_taken_by_confirmation_does_not_blunt_the_gate() -> None:
    after = verdicts([120.0, 120.0, 120.0, 120.01, 120.0, 150.0])
    assert after == [Verdict.OUTLIER, Verdict.OUTLIER, Verdict.SHIFT, Verdict(0), Verdict(0), Verdict.OUTLIER]


def test_no_recorded_trade_is_doubted_and_every_planted_one_is() -> None:
    ticks = recorded()
    assert np.count_nonzero(Stream(["IBM"]).batch(ticks) & REFUSED) == 0
    spoilt = ticks.copy()
    planted = np.arange(50, ticks.size, 97)
    spoilt["price"][planted] *= np.where(planted % 2, 1.02, 0.98)
    doubted = np.flatnonzero(Stream(["IBM"]).batch(spoilt) & Verdict.OUTLIER)
    assert doubted.tolist() == planted.tolist()


def test_every_kind_of_tick_is_counted() -> None:
    ticks = walk(400, seconds=4)
    ticks["price"][::9] = np.nan
    ticks["volume"][::7] = np.nan
    ticks["at"][::31] -= 5 * MINUTE
    stream = Stream(["IBM"])
    seen = stream.batch(ticks)
    snapshot = stream.snapshot("IBM", NOON)
    assert snapshot.counts == {kind: np.count_nonzero(seen & kind) for kind in Verdict}
    assert snapshot.ticks == np.count_nonzero(seen & REFUSED == 0)
    assert snapshot.counts[Verdict.UNUSABLE] and snapshot.counts[Verdict.UNSIZED] and snapshot.counts[Verdict.LATE]


def test_symbols_do_not_touch_each_other() -> None:
    ticks: Records = walk(900, symbols=3)
    together = Stream(["A", "B", "C"])
    together.batch(ticks)
    alone = Stream(["A", "B", "C"])
    alone.batch(ticks[ticks["symbol"] == 1])
    rows = together._row["B"], alone._row["B"]
    assert bits(rows[0]) == bits(rows[1]) and bits(together._row["A"]) != bits(alone._row["A"])
