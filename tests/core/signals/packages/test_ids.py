"""One package has one id and one id has one spelling."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.signals.packages.ids import CURRENCIES, PERIODS, TIMEFRAMES, PackageId, constant, parsed


def test_an_id_is_read_part_by_part() -> None:
    assert parsed("191^2-126") == PackageId(timeframe=1, period=9, currency=1, layer=2, sequence=126)
    assert str(PackageId(3, 0, 2, 40, 0)) == "302^40-0"


def test_every_combination_of_digits_comes_back_as_it_went() -> None:
    for digits in product(TIMEFRAMES, PERIODS, CURRENCIES, (1, 9, 10, 999, 9999), (0, 1, 126, 999_999_999)):
        assert parsed(str(PackageId(*digits))) == PackageId(*digits)


IDS = st.builds(
    PackageId,
    st.sampled_from([*TIMEFRAMES]),
    st.sampled_from([*PERIODS]),
    st.sampled_from([*CURRENCIES]),
    st.integers(1, 9999),
    st.integers(0, 999_999_999),
)


@given(IDS)
def test_any_layer_and_sequence_come_back_as_they_went(found: PackageId) -> None:
    assert parsed(str(found)) == found


@given(st.text(st.sampled_from("0123456789^-. ID"), max_size=14))
def test_what_is_accepted_is_spelt_the_only_way(text: str) -> None:
    try:
        found = parsed(text)
    except BadInput:
        return
    assert str(found) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("191^ID658833^1", "legacy id"),
        ("391^1-001", r"this one is 391\^1-1"),
        ("391^0-1", "layer 0 is the raw symbols"),
        ("191^10000-1", "too large"),
        ("891^1-1", "no timeframe 8; known are 1 1M, 2 5M"),
        ("171^1-1", "no period 7"),
        ("194^1-1", "no currency 4"),
        ("39^1-001", "not an id"),
        ("191^2-126\n", "not an id"),
        ("１91^2-126", "not an id"),
        ("191^0.5", "not an id"),
        ("", "not an id"),
    ],
)
def test_what_is_no_id_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        parsed(text)


def test_a_constant_has_no_dash_and_is_never_an_id() -> None:
    assert (constant("191^0.49999"), constant("191^5"), constant("999^0")) == (0.49999, 5.0, 0.0)
    for text in ("191^2-126", "191^-1", "191^", "191^1e5", "191^٣", "191^1.", "171^1", "891^1", "194^1"):
        assert constant(text) is None
