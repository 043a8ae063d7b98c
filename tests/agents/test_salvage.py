import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.salvage import LARGEST_REPLY, Unusable, salvage

OBJECT = '{"view": "long", "figures": {"a": 0.10}}'
FOUND = {"view": "long", "figures": {"a": Decimal("0.10")}}


@pytest.mark.parametrize(
    "text",
    [
        OBJECT,
        f"```json\n{OBJECT}\n```",
        f"```\n{OBJECT}\n```\n",
        f"\ufeff{OBJECT}",
        f"Sure! Here is my answer:\n\n{OBJECT}",
        f"{OBJECT}\n\nI hope this helps.",
        f"  \r\n\t{OBJECT} \x00",
        f"分析の結果は次のとおりです。{OBJECT} 以上。",
    ],
)
def test_the_object_is_found_whatever_surrounds_it(text: str) -> None:
    assert salvage(text) == FOUND


def test_numbers_keep_their_exact_digits() -> None:
    found = salvage('{"a": 0.1000000000000000055, "b": 12, "c": 1e2, "d": -0.0}')
    assert isinstance(found, dict)
    assert [str(value) for value in found.values()] == ["0.1000000000000000055", "12", "1E+2", "-0.0"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("I would rather not say.", "no JSON object"),
        ("[1, 2]", "no JSON object"),
        (f"[{OBJECT}]", "a list, not an object"),
        (f"{OBJECT} {OBJECT}", "more than one object"),
        (f"{OBJECT} {{", "more than one object"),
        ('{"a": 1, "a": 1}', "the key 'a' appears twice"),
        ('{"a": {"b": 1, "b": 2}}', "the key 'b' appears twice"),
        ('{"a": NaN}', "NaN is not a number"),
        ('{"a": -Infinity}', "-Infinity is not a number"),
        ('{"a": 1e999}', "the number 1e999 is out of all bounds"),
        ('{"a": 1e-999}', "the number 1e-999 is out of all bounds"),
        ('{"a": ' + "9" * 5000 + "}", "the number 9999999999… has 5000 characters"),
        ('{"a": 10,000}', "not JSON: Expecting property name enclosed in double quotes at character 9"),
        ("{'a': 1}", "not JSON: Expecting property name enclosed in double quotes at character 1"),
        ('{"a": "x\ny"}', "not JSON: Invalid control character at at character 8"),
        ("{" * 100_000, "more than 200 brackets"),
        ('{"a": ' + "[" * 250 + "]" * 250 + "}", "more than 200 brackets"),
        ("x" * (LARGEST_REPLY + 1), "200001 characters, at most 200000 are read"),
    ],
)
def test_anything_else_is_refused_with_the_reason(text: str, reason: str) -> None:
    assert salvage(text) == Unusable(reason)


def test_a_part_of_a_cut_object_is_never_taken_for_the_whole() -> None:
    wrapped = '{"answer": {"action": "open", "size": 1}, "because": "..."}'
    assert all(isinstance(salvage(wrapped[:end]), Unusable) for end in range(len(wrapped)))


@given(st.text() | st.text('{}[]":,\\ntrue0123eE.-NaI', max_size=300))
def test_every_text_has_an_answer(text: str) -> None:
    assert isinstance(salvage(text), dict | Unusable)


@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000_000,
        OBJECT + " " * 10_000_000,
        '{"a": "' + "\\u0041" * 33_000 + '"}',
        '{"a":' * 99 + '"' + "x" * 190_000,
        '{"a": [' + "0.1," * 45_000 + "0]}",
    ],
    ids=["10 MB", "10 MB of blanks", "escapes", "cut string", "numbers"],
)
def test_no_text_takes_longer_than_a_tenth_of_a_second(text: str) -> None:
    begun = time.process_time()
    salvage(text)
    assert time.process_time() - begun < 0.1
