import json
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from core.errors import BadInput
from tools.llm.cassettes.cassette import Cassette, Mode
from tools.llm.cassettes.exchange import Answer, Asked
from tools.llm.cassettes.file import Label, read
from tools.llm.cassettes.miss import CassetteMiss

MADE = Label("simulator", "fixed answers", "2026-11-20T15:00:00Z")


def asked(turn: str) -> Asked:
    return Asked("POST", "https://api.example.com/v1", (), json.dumps({"turn": turn}).encode())


def said(text: str) -> Answer:
    return Answer(200, "OK", (), text.encode())


def tape(path: Path, *spoken: tuple[str, str], mode: Mode = "rewrite", **terms: Any) -> Cassette:
    """A cassette of these requests and answers, asked in this order."""
    cassette = Cassette(path, mode, MADE, **terms)
    for turn, text in spoken:
        if cassette.play(asked(turn)) is None:
            cassette.keep(cassette.turn(), asked(turn), said(text))
    cassette.save()
    return cassette


def heard(cassette: Cassette, turn: str) -> str:
    answer = cassette.play(asked(turn))
    return answer.body.decode() if answer else "(to be recorded)"


def texts(path: Path) -> list[str]:
    return [call.answer.body.decode() for call in read(path)[1]]


def test_the_same_request_is_answered_in_order_and_then_no_more(tmp_path: Path) -> None:
    tape(tmp_path / "a.yaml", ("a", "first"), ("b", "other"), ("a", "second"))
    cassette = Cassette(tmp_path / "a.yaml")
    assert [heard(cassette, turn) for turn in "aba"] == ["first", "other", "second"]
    with pytest.raises(CassetteMiss, match="was recorded 2 times and is asked once more"):
        cassette.play(asked("a"))


def test_the_last_answer_repeats_only_where_that_is_allowed(tmp_path: Path) -> None:
    tape(tmp_path / "a.yaml", ("a", "first"), ("a", "second"))
    cassette = Cassette(tmp_path / "a.yaml", allow_repeats=True)
    assert [heard(cassette, "a") for _ in range(4)] == ["first", "second", "second", "second"]


def test_mode_none_plays_only_and_needs_the_file(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no such cassette"):
        Cassette(tmp_path / "a.yaml")
    tape(tmp_path / "a.yaml", ("a", "first"))
    with pytest.raises(CassetteMiss, match=r"a\.yaml: no answer is recorded for POST https://api\.example\.com/v1"):
        Cassette(tmp_path / "a.yaml").play(asked("b"))


def test_mode_once_records_a_file_that_is_not_there_and_plays_one_that_is(tmp_path: Path) -> None:
    assert tape(tmp_path / "a.yaml", ("a", "first"), ("a", "second"), mode="once").records
    assert texts(tmp_path / "a.yaml") == ["first", "second"]
    with pytest.raises(CassetteMiss):
        tape(tmp_path / "a.yaml", ("b", "late"), mode="once")


def test_mode_new_plays_what_it_holds_and_adds_the_rest(tmp_path: Path) -> None:
    tape(tmp_path / "a.yaml", ("b", "first"))
    tape(tmp_path / "a.yaml", ("b", "not asked for"), ("a", "added"), ("b", "again"), mode="new")
    assert texts(tmp_path / "a.yaml") == ["added", "first", "again"]


def test_mode_rewrite_leaves_nothing_of_what_was(tmp_path: Path) -> None:
    tape(tmp_path / "a.yaml", ("a", "old"), ("b", "old"))
    cassette = tape(tmp_path / "a.yaml", ("a", "anew"))
    assert texts(tmp_path / "a.yaml") == ["anew"]
    assert cassette.records


def test_a_recording_in_which_nothing_was_asked_leaves_the_file_alone(tmp_path: Path) -> None:
    tape(tmp_path / "a.yaml", ("a", "old"))
    tape(tmp_path / "a.yaml")
    assert texts(tmp_path / "a.yaml") == ["old"]


def test_the_file_does_not_depend_on_who_was_answered_first(tmp_path: Path) -> None:
    calls = [("b", "1"), ("a", "2"), ("b", "3"), ("c", "4")]
    tape(tmp_path / "serial.yaml", *calls)
    for name, answered in (("reversed", [3, 2, 1, 0]), ("mixed", [1, 3, 0, 2])):
        cassette = Cassette(tmp_path / f"{name}.yaml", "rewrite", MADE)
        turns = [cassette.turn() for _ in calls]
        for index in answered:
            cassette.keep(turns[index], asked(calls[index][0]), said(calls[index][1]))
        cassette.save()
        assert (tmp_path / f"{name}.yaml").read_bytes() == (tmp_path / "serial.yaml").read_bytes()
    assert texts(tmp_path / "serial.yaml") == ["2", "1", "3", "4"]


def test_what_nobody_asked_is_listed(tmp_path: Path) -> None:
    tape(tmp_path / "a.yaml", ("a", "1"), ("a", "2"), ("b", "3"))
    cassette = Cassette(tmp_path / "a.yaml")
    cassette.play(asked("a"))
    assert [json.loads(each.body)["turn"] for each in cassette.unplayed()] == ["a", "b"]
    cassette.play(asked("a"))
    cassette.play(asked("b"))
    assert cassette.unplayed() == ()


def test_a_miss_is_remembered_until_the_end(tmp_path: Path) -> None:
    tape(tmp_path / "a.yaml", ("a", "1"))
    cassette = Cassette(tmp_path / "a.yaml")
    cassette.finish()
    with pytest.raises(CassetteMiss) as raised:
        cassette.play(asked("b"))
    with pytest.raises(CassetteMiss) as again:
        cassette.finish()
    assert again.value is raised.value


def test_the_label_says_who_answered(tmp_path: Path) -> None:
    tape(tmp_path / "a.yaml", ("a", "1"))
    for cassette in (Cassette(tmp_path / "a.yaml"), Cassette(tmp_path / "a.yaml", "once", Label("provider"))):
        assert cassette.label == MADE
        assert cassette.origin == "simulator"


def test_a_large_cassette_is_read_and_played_quickly(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    calls = [(f"{number} {'word 한국어 ' * 200}", "said " * 600) for number in range(200)]
    tape(tmp_path / "a.yaml", *calls)
    requests = [asked(turn) for turn, _ in calls]
    begun = process_time()
    cassette = Cassette(tmp_path / "a.yaml")
    loaded = process_time()
    for request in requests:
        cassette.play(request)
    load, play = (loaded - begun) * 1_000, (process_time() - loaded) * 1_000_000 / len(requests)
    record_property("figures", f"200 calls of 6 kB: read in {load:.0f} ms, {play:.0f} us each to play")
    assert load < 500
    assert play < 500


def test_whoever_records_says_who_answers_and_never_mixes_origins(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"a\.yaml: origin: whoever records says provider or simulator, found nothing"):
        Cassette(tmp_path / "a.yaml", "once")
    tape(tmp_path / "a.yaml", ("a", "1"))
    with pytest.raises(BadInput, match=r"origin: holds answers of a simulator, cannot take those of a provider"):
        Cassette(tmp_path / "a.yaml", "new", Label("provider"))
    assert Cassette(tmp_path / "a.yaml", "rewrite", Label("provider")).origin == "provider"
