"""What fits a budget: never over it, nothing silently, the same every time."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from core.desk.trimming import Overfull, Section, Shown, tokens, trim
from core.errors import BadInput
from core.record.codec import encode

TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
ROWS = st.lists(
    TEXT | st.dictionaries(st.sampled_from(["at", "view"]), TEXT | st.decimals(0, 9, places=2)), max_size=12
)
SECTIONS = st.lists(
    st.builds(
        Section,
        name=st.sampled_from(["news", "decisions", "L1", "포지션"]),
        relevance=st.integers(0, 100),
        rows=ROWS.map(tuple),
        keeps=st.integers(0, 3),
        mandatory=st.booleans(),
    ),
    max_size=5,
)
BUDGET = st.integers(0, 400)


def section(name: str = "news", relevance: int = 50, count: int = 4, **changes: Any) -> Section:
    """Rows that name themselves, the first is the newest."""
    rows = tuple(f"{name} {place}, and what it has to say in so many words" for place in range(1, count + 1))
    return Section(**{"name": name, "relevance": relevance, "rows": rows, **changes})


def counts(found: tuple[Shown, ...] | Overfull) -> list[int]:
    assert not isinstance(found, Overfull), found.reason
    return [len(shown.rows) for shown in found]


def defused(value: object) -> bytes:
    """As words from outside are spelt: nothing in them can close the frame around them."""
    return encode(value).replace(b"<", b"\\u003c").replace(b">", b"\\u003e")


@given(SECTIONS, BUDGET)
def test_what_is_shown_never_costs_more_than_the_budget(sections: list[Section], budget: int) -> None:
    for spell in (encode, defused):
        found = trim(sections, budget, spell)
        assert isinstance(found, Overfull) or tokens(spell(found)) <= budget


@given(SECTIONS, BUDGET)
def test_what_must_stay_stays_and_a_cut_says_how_many_are_missing(sections: list[Section], budget: int) -> None:
    found = trim(sections, budget)
    for given_, shown in () if isinstance(found, Overfull) else zip(sections, found, strict=True):
        assert shown.name == given_.name
        assert shown.rows == given_.rows[: len(shown.rows)]
        assert len(shown.rows) + shown.missing == len(given_.rows)
        assert len(shown.rows) >= min(given_.keeps, len(given_.rows))
        assert shown.missing == 0 or not given_.mandatory


@given(SECTIONS, BUDGET, st.integers(0, 200))
def test_a_larger_budget_keeps_all_that_a_smaller_one_keeps(sections: list[Section], budget: int, more: int) -> None:
    small, large = trim(sections, budget), trim(sections, budget + more)
    if not isinstance(small, Overfull):
        assert all(few <= many for few, many in zip(counts(small), counts(large), strict=True))


@given(SECTIONS, BUDGET)
def test_the_same_sections_are_cut_to_the_same_bytes(sections: list[Section], budget: int) -> None:
    again = [structs.replace(each) for each in sections]
    assert encode(trim(sections, budget)) == encode(trim(again, budget))


@given(SECTIONS)
def test_a_refusal_names_the_smallest_budget_that_would_do(sections: list[Section]) -> None:
    refused = trim(sections, 0)
    assert isinstance(refused, Overfull)
    assert not isinstance(trim(sections, refused.needed), Overfull)
    assert isinstance(trim(sections, refused.needed - 1), Overfull)


@given(SECTIONS)
def test_what_fits_is_left_alone(sections: list[Section]) -> None:
    whole = tuple(Shown(name=each.name, rows=each.rows) for each in sections)
    assert trim(sections, tokens(encode(whole))) == whole


def test_the_least_relevant_and_oldest_rows_leave_first() -> None:
    sections = [section("decisions", 90), section("news", 40)]
    seen: list[list[int]] = []
    for budget in range(200, 10, -1):
        found = trim(sections, budget)
        if isinstance(found, Overfull):
            break
        seen += [counts(found)] if not seen or seen[-1] != counts(found) else []
    assert seen == [[4, 4], [4, 3], [4, 2], [4, 1], [3, 1], [2, 1], [2, 0], [1, 0], [0, 0]]


def test_of_equal_worth_the_later_section_gives_way() -> None:
    sections = [section("news", count=1), section("news", count=1)]
    assert counts(trim(sections, tokens(encode(trim(sections, 1000))) - 1)) == [1, 0]


def test_a_refusal_says_what_is_needed_and_which_sections_insist() -> None:
    sections = [section("positions", mandatory=True), section("news"), section("decisions", keeps=2)]
    refused = trim(sections, 20)
    assert isinstance(refused, Overfull)
    assert refused.reason == (
        f"at least {refused.needed} tokens are needed with the rows that must stay in positions, decisions, "
        "and the budget is 20"
    )
    assert trim([], 0) == Overfull(1, 0, ())


def test_a_cut_section_is_shown_with_its_count_and_a_whole_one_without() -> None:
    whole, cut = (json.loads(encode(trim([section()], budget))) for budget in (100, 40))
    assert whole == [{"name": "news", "rows": [*section().rows]}]
    assert cut == [{"name": "news", "rows": [section().rows[0]], "missing": 3}]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("view", 1),
        ("the view is none", 4),
        ("184.54", 6),
        ('{"view":"none"}', 6),
        ("注文を取り消す", 11),
        ("매수", 3),
        ("✋", 2),
    ],
)
def test_a_text_costs_by_its_letters_digits_and_other_bytes(text: str, count: int) -> None:
    assert tokens(text) == tokens(text.encode()) == count


@given(TEXT, TEXT)
def test_a_text_costs_no_more_than_its_parts(one: str, other: str) -> None:
    assert max(tokens(one), tokens(other)) <= tokens(one + other) <= tokens(one) + tokens(other)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"relevance": 101}, "news.relevance: must be from 0 to 100, found '101'"),
        ({"keeps": -1}, "news.keeps: must be from 0 to 1000000, found '-1'"),
    ],
)
def test_a_section_out_of_range_is_named(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(BadInput, match=named):
        section(**changes)


def test_figures_cost_as_they_are_written() -> None:
    assert tokens(encode(Decimal("184.54"))) == 7


def test_half_a_character_has_a_cost_too() -> None:
    assert tokens("\ud800") == 2
