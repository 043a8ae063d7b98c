"""When the volatility index has crossed into another band, and what that says to a holding."""

import tomllib
from decimal import Decimal
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.market.instants import MINUTE
from core.record.envelope import name
from core.signals.gauges import Crossing, Gauge, VixRules, cross, event_of
from core.trading.positions import Lot, Position
from tests.core.signals.test_triggers import SHIPPED, START, quote

RULES = VixRules(symbol="VIX")
HELD = Position("IBM", "XNYS", "USD", (Lot(Decimal(10), Decimal(200)),))
INDEX = quote(3, "25.30", symbol="VIX", market="US", source="index", sequence=7)


def crossings(levels: list[str], apart: int = 61) -> list[tuple[int, str, str]]:
    gauge, found = Gauge(), []
    for number, level in enumerate(levels):
        gauge, crossing = cross(gauge, Decimal(level), START + number * apart * MINUTE, RULES)
        found += [(number, "up" if crossing.side > 0 else "down", str(crossing.edge))] if crossing else []
    return found


def test_the_shipped_rules_are_the_defaults_and_watch_nothing() -> None:
    shipped = msgspec.convert(tomllib.loads(SHIPPED.read_text())["signals"]["vix"], VixRules)
    assert shipped == VixRules()
    assert (shipped.key, RULES.key) == (None, "US:VIX")


def test_the_first_quote_only_says_where_the_index_is() -> None:
    assert crossings(["40"]) == []
    assert crossings(["20", "20.5"]) == []


def test_an_edge_is_crossed_beyond_its_release_in_both_directions() -> None:
    assert crossings(["14", "15.24", "15.25"]) == [(2, "up", "15")]
    assert crossings(["20", "14.76", "14.75"]) == [(2, "down", "15")]
    assert crossings(["14", "30", "10"]) == [(1, "up", "25"), (2, "down", "15")], "the last edge it crossed"


def test_trembling_at_an_edge_is_no_crossing() -> None:
    assert crossings(["14", "15.3", "14.9", "15.3", "14.8", "15.2"]) == [(1, "up", "15")]


def test_a_side_is_quiet_for_its_cool_down_and_the_band_is_remembered() -> None:
    there_and_back = ["14", "16", "14", "16", "14"]
    assert crossings(there_and_back, apart=10) == [(1, "up", "15"), (2, "down", "15")]
    assert crossings([*there_and_back, *["14"] * 3, "16"], apart=10) == [
        (1, "up", "15"),
        (2, "down", "15"),
        (8, "up", "15"),
    ]


def test_a_crossing_is_told_as_an_event_about_what_is_held() -> None:
    signal = event_of(Crossing(1, Decimal(25), Decimal("25.30")), INDEX, HELD, quote(2, "198"), RULES)
    event, figures = signal.event, signal.event.figures
    assert (event.kind, event.key, event.source, event.sequence) == ("vix_band", "XNYS:IBM", "index", 7)
    assert (figures["vix"], figures["vix_edge"]) == (Decimal("25.30"), 25)
    assert (figures["reference"], figures["change_pct"], figures["ask"]) == (200, -1, Decimal("198.01"))
    assert signal.run == name("vix_band", "XNYS:IBM", "up", (START + 3 * MINUTE) // (60 * MINUTE))


def test_a_holding_nobody_quotes_is_told_of_it_with_what_is_known() -> None:
    signal = event_of(Crossing(-1, Decimal(15), Decimal("14.70")), INDEX, HELD, None, RULES)
    assert set(signal.event.figures) == {"reference", "vix", "vix_edge"}


@given(st.lists(st.integers(500, 6000), max_size=100), st.sampled_from([Decimal("0.5"), Decimal(3)]))
def test_crossings_follow_the_bands_and_scale_with_them(levels: list[int], scale: Decimal) -> None:
    exact = [Decimal(level) / 100 for level in levels]
    scaled = VixRules(edges=tuple(edge * scale for edge in RULES.edges), release=RULES.release * scale)
    gauges = [Gauge(), Gauge()]
    bands = []
    for number, level in enumerate(exact):
        at = START + number * 61 * MINUTE
        gauges[0], plain = cross(gauges[0], level, at, RULES)
        gauges[1], larger = cross(gauges[1], level * scale, at, scaled)
        assert (plain and plain.side) == (larger and larger.side) and gauges[0].band == gauges[1].band
        assert plain is None or abs(level - plain.edge) >= RULES.release
        bands.append((gauges[0].band, plain is not None))
    assert all((before != after) == told for (before, _), (after, told) in pairwise(bands))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"release": Decimal(0)}, "release: must be from 0.01 to 10"),
        ({"edges": ()}, "edges: must be one or more, rising by more than twice release, found none"),
        ({"edges": (Decimal(25), Decimal(15))}, "edges: must be one or more.*found 25, 15"),
        ({"edges": (Decimal(15), Decimal("15.5"))}, "edges: must be one or more.*found 15, 15.5"),
        ({"edges": (Decimal(0),)}, "edges: must be from 1 to 1000"),
    ],
)
def test_rules_out_of_range_are_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        VixRules(**changes)
