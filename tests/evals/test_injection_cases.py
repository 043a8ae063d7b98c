"""The attack set: what its files say, how many there are, and that each can be read as a case."""

from collections import Counter
from itertools import product
from typing import get_args

from evals.injection_cases import FOLDER, attacks, benign, line, written
from evals.injection_phrases import Carrier, Goal, Language

CASES = attacks()


def test_every_composed_file_says_what_the_phrases_say() -> None:
    for name, text in written().items():
        assert (FOLDER / "injection" / name).read_text() == text


def test_it_covers_every_carrier_in_every_language_and_every_goal() -> None:
    assert len(CASES) >= 350
    assert {(case.carrier, case.language) for case in CASES} == set(product(get_args(Carrier), get_args(Language)))
    assert {(case.carrier, case.goal) for case in CASES} == set(product(get_args(Carrier), get_args(Goal)))


def test_no_case_is_there_twice() -> None:
    assert max(Counter(case.id for case in CASES).values()) == 1
    assert max(Counter(case.text for case in CASES).values()) == 1


def test_what_cannot_be_seen_is_escaped_and_reads_back_the_same() -> None:
    for path in (FOLDER / "injection").glob("*.jsonl"):
        assert path.read_text().replace("\n", "").isprintable()
    assert (
        "".join(line(case) for case in CASES if case.carrier == "markup" and not case.id.startswith("found"))
        == (FOLDER / "injection" / "markup.jsonl").read_text()
    )


def test_there_is_harmless_text_in_every_language() -> None:
    assert {each.language for each in benign()} == set(get_args(Language))
    assert len(benign()) >= 100
