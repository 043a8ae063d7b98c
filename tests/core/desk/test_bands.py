"""Bands: which posture a figure asks for, how late a looser one is believed, and which tables are refused."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from core.desk.bands import STRICTNESS, Bands, is_looser, stricter
from core.desk.switching import VIX_BANDS, Switching
from core.facts.desk import PostureName

TREND = Switching().trend_pct
figures = st.decimals(-50, 1100, places=2)
postures = st.sampled_from(STRICTNESS)


@pytest.mark.parametrize(
    ("vix", "asked"),
    [
        ("0", "offensive"),
        ("14.99", "offensive"),
        ("15", "guerrilla"),
        ("20", "guerrilla"),
        ("25", "guerrilla"),
        ("25.01", "defensive"),
        ("80", "defensive"),
        ("-1", "defensive"),
        ("1001", "defensive"),
        ("NaN", "defensive"),
    ],
)
def test_the_index_asks_by_its_band_and_both_edges_are_guerrillas(vix: str, asked: str) -> None:
    assert VIX_BANDS.asked(Decimal(vix), "offensive") == asked


@pytest.mark.parametrize(
    ("vix", "held", "asked"),
    [
        ("14.51", "guerrilla", "guerrilla"),
        ("14.49", "guerrilla", "offensive"),
        ("24.51", "defensive", "defensive"),
        ("24.50", "defensive", "guerrilla"),
        ("14.60", "defensive", "guerrilla"),
        ("14.40", "defensive", "offensive"),
    ],
)
def test_a_looser_posture_is_believed_only_beyond_the_edge(vix: str, held: PostureName, asked: str) -> None:
    assert VIX_BANDS.asked(Decimal(vix), held) == asked


@pytest.mark.parametrize(
    ("trend", "held", "asked"),
    [
        ("0.5", "offensive", "offensive"),
        ("0.25", "offensive", "guerrilla"),
        ("0.29", "guerrilla", "guerrilla"),
        ("0.31", "guerrilla", "offensive"),
        ("-1.01", "offensive", "defensive"),
        ("-0.97", "defensive", "defensive"),
        ("-0.95", "defensive", "guerrilla"),
    ],
)
def test_where_more_is_looser_it_is_the_same_the_other_way_round(trend: str, held: PostureName, asked: str) -> None:
    assert TREND.asked(Decimal(trend), held) == asked


@given(figures, postures)
def test_what_is_held_never_makes_a_figure_ask_for_less_than_it_does_by_itself(
    figure: Decimal, held: PostureName
) -> None:
    for bands in (VIX_BANDS, TREND):
        assert not is_looser(bands.asked(figure, held), bands.asked(figure, "offensive"))
        assert bands.asked(figure, held) in {held, bands.asked(figure, "offensive"), "guerrilla"}


@given(st.lists(st.decimals("24.51", "25.50", places=2), min_size=1), postures)
def test_a_figure_that_trembles_at_an_edge_changes_the_posture_at_most_once(
    levels: list[Decimal], held: PostureName
) -> None:
    seen = [stricter(held, "guerrilla")]
    for level in levels:
        asked = VIX_BANDS.asked(level, seen[-1])
        if asked != seen[-1]:
            seen.append(asked)
    assert len(seen) <= 2


@given(postures)
def test_what_is_not_known_asks_for_the_strictest(held: PostureName) -> None:
    assert VIX_BANDS.asked(None, held) == "defensive"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"guerrilla": ("16", "25")}, "guerrilla: nothing covers the gap from 15 to 16 above offensive"),
        ({"guerrilla": ("14", "25")}, "guerrilla: overlaps offensive from 14 to 15"),
        ({"defensive": ("24", "1000")}, "defensive: overlaps guerrilla from 24 to 25"),
        ({"defensive": ("30", "1000")}, "defensive: nothing covers the gap from 25 to 30 above guerrilla"),
        ({"offensive": ("15", "0")}, "offensive: must rise from its lower to its upper end, found 15 to 0"),
        ({"offensive": ("0", "NaN")}, "offensive: must rise"),
        ({"guerrilla": ("0", "15"), "offensive": ("15", "25")}, "guerrilla: must lie between the two others"),
        ({"release": "5.01"}, "release: must be from 0.0001 to 5, found '5.01'"),
        ({"release": "0"}, "release: must be from"),
    ],
)
def test_a_table_with_gaps_or_overlaps_is_refused_by_name(changes: dict[str, Any], said: str) -> None:
    exact = {
        name: tuple(map(Decimal, value)) if isinstance(value, tuple) else Decimal(value)
        for name, value in changes.items()
    }
    with pytest.raises(ValueError, match=said):
        structs.replace(VIX_BANDS, **exact)


def test_the_stricter_of_two_is_the_same_in_either_order() -> None:
    for one in STRICTNESS:
        for other in STRICTNESS:
            assert stricter(one, other) == stricter(other, one) and not is_looser(stricter(one, other), one)
    assert isinstance(VIX_BANDS, Bands)
