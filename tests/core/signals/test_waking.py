"""The latch all triggers share, and what the record itself says of a side."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.market.instants import MINUTE
from core.signals.waking import Latch, moved, quieted, side_of, woken
from tests.core.signals.test_triggers import START, quote

sides = st.lists(st.tuples(st.integers(1, 40), st.sampled_from([-1, 0, 1])), min_size=1, max_size=120)


@given(sides, st.integers(1, 120))
def test_only_a_change_to_a_side_wakes_and_each_side_at_most_once_in_its_cool_down(
    walked: list[tuple[int, int]], cooldown: int
) -> None:
    latch, at, woken_at = Latch(), START, {1: -1, -1: -1}
    for minutes, side in walked:
        at += minutes * MINUTE
        before, (latch, wakes) = latch, moved(latch, side, at, cooldown)
        assert latch.side == side
        assert not wakes or side not in (0, before.side)
        if wakes:
            assert woken_at[side] < 0 or at >= woken_at[side] + cooldown * MINUTE
            woken_at[side] = at


def test_a_silent_change_moves_the_latch_and_quiets_nothing() -> None:
    assert moved(Latch(), 1, START, 60, silent=True) == (Latch(1), False)


@pytest.mark.parametrize("side", [1, -1])
def test_the_record_of_an_event_tells_its_side_under_the_cool_down_it_was_made_by(side: int) -> None:
    signal = woken("rsi_extreme", quote(0, "200"), side, 60, {"rsi": Decimal(90)})
    assert side_of(signal, START, 60) == side
    assert side_of(signal, START, 61) == 0, "another cool-down, another name: nothing is guessed"
    assert quieted((0, 0), side, START) == ((0, START) if side > 0 else (START, 0))


def test_an_event_carries_its_volume_and_nothing_that_is_unknown_or_out_of_range() -> None:
    found = {"rsi": None, "volume_ratio": Decimal(10**7)}
    figures = woken("volume_surge", quote(0, "200", volume=Decimal(1200)), 1, 60, found).event.figures
    assert figures["volume"] == 1200
    assert not figures.keys() & {"rsi", "volume_ratio", "ask_size"}
