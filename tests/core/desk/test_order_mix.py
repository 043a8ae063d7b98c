"""The mix of order types is kept by counting."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.desk.order_mix import WINDOW, Recent, counted, must_be_limit


def written(share: str, length: int) -> str:
    """The kinds of so many entries that use every chance to go to the market: L and M."""
    recent: Recent = ()
    said = ""
    for _ in range(length):
        limited = must_be_limit(recent, Decimal(share))
        said += "L" if limited else "M"
        recent = counted(recent, "limit" if limited else "market")
    return said


@pytest.mark.parametrize(
    ("share", "said"),
    [
        ("70", "LLLMLLMLLMLL"),
        ("90", "LLLLLLLLLMLLLLLLLLLM"),
        ("100", "LLLLLLLLLLLLLLLLLLLL"),
        ("0", "MMMM"),
    ],
)
def test_the_share_is_kept_from_the_first_entry_on(share: str, said: str) -> None:
    assert written(share, len(said)) == said


@given(st.integers(1, 100).map(Decimal), st.lists(st.booleans(), max_size=60))
def test_no_window_of_entries_ever_falls_below_the_share(share: Decimal, wants_market: list[bool]) -> None:
    recent: Recent = ()
    kinds: list[bool] = []
    for wants in wants_market:
        limited = not wants or must_be_limit(recent, share)
        recent = counted(recent, "limit" if limited else "market")
        kinds.append(limited)
        window = kinds[-WINDOW:]
        if not limited:
            assert sum(window) * 100 >= share * len(window)


def test_only_the_latest_entries_count() -> None:
    recent: Recent = ()
    for _ in range(50):
        recent = counted(recent, "limit")
    assert len(recent) == WINDOW - 1
