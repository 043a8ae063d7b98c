"""The demonstration as it ships: real adapters, recorded answers, no network."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import pytest
from msgspec import structs

from core.facts.lookups import ToolAnswered
from core.facts.models import ModelReplied
from runtime.bootstrap import Overrides
from runtime.opening import cassette_file
from runtime.rerecording import rerecord
from runtime.serve import Summary
from runtime.session import run_recorded
from runtime.settings import Loaded, load
from runtime.state_folder import StateFolder
from tools.journals.sqlite import SqliteJournal
from tools.llm.cassettes.file import read
from tools.llm.cassettes.miss import CassetteMiss
from tools.llm.line import Line, recorded

F = TypeVar("F")


@pytest.fixture(scope="module")
def shipped() -> Loaded:
    return load("demo", None, {}, Path("no.env"))


def played(loaded: Loaded, path: Path) -> tuple[Summary, Line]:
    line = recorded(cassette_file(loaded.settings.models.cassette))
    folder = StateFolder(path)
    folder.claim("paper-1")
    try:
        return run_recorded(loaded, folder, lambda _line: None, None, True, Overrides(line=line)), line
    finally:
        folder.release()


def facts_of(folder: Path, kind: type[F]) -> list[F]:
    async def found() -> list[F]:
        journal = SqliteJournal.open(folder / "journal.db", readonly=True)
        try:
            return [recorded.fact async for recorded in journal.read() if isinstance(recorded.fact, kind)]
        finally:
            await journal.close()

    return asyncio.run(found())


def root(error: BaseException) -> BaseException:
    """What is behind groups of tasks."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


@pytest.fixture(scope="module")
def demo(shipped: Loaded, tmp_path_factory: pytest.TempPathFactory) -> tuple[Summary, Line, Path]:
    path = tmp_path_factory.mktemp("demo") / "state"
    return *played(shipped, path), path


def test_every_recorded_call_is_played_and_no_other_is_asked(demo: tuple[Summary, Line, Path]) -> None:
    summary, line, _ = demo
    assert line.cassette is not None
    assert line.cassette.unplayed() == ()
    assert summary.decisions > 20 and summary.abstained == 0


def test_answers_say_where_they_come_from_and_what_they_cost(demo: tuple[Summary, Line, Path]) -> None:
    replies = facts_of(demo[2], ModelReplied)
    assert {reply.origin for reply in replies} == {"simulator"}
    assert len({reply.label for reply in replies}) == 3
    assert all(reply.cost is not None and reply.usage is not None for reply in replies)
    assert facts_of(demo[2], ToolAnswered)


def test_a_second_run_gives_the_same_chain_head(
    demo: tuple[Summary, Line, Path], shipped: Loaded, tmp_path: Path
) -> None:
    again, _ = played(shipped, tmp_path / "state")
    assert again.chain_head == demo[0].chain_head


def test_a_changed_prompt_is_a_miss_that_ends_the_demo(shipped: Loaded, tmp_path: Path) -> None:
    own = tmp_path / "prompts"
    own.mkdir()
    text = (Path(__file__).resolve().parents[2] / "prompts" / "analyst.md").read_text()
    (own / "analyst.md").write_text(text.replace("You are the analyst", "You are an analyst"))
    with pytest.raises(BaseException) as raised:
        played(replace(shipped, prompts=(own,)), tmp_path / "state")
    assert isinstance(root(raised.value), CassetteMiss)
    assert "make record" in str(root(raised.value))


def test_recording_anew_gives_the_same_file(shipped: Loaded, tmp_path: Path) -> None:
    """So the cassette that ships is the one of these prompts, this recording and this simulator."""
    models = structs.replace(shipped.settings.models, answers="simulator")
    loaded = replace(shipped, settings=structs.replace(shipped.settings, models=models))
    rerecord(loaded, tmp_path / "anew.yaml.gz", most_usd=Decimal(1), say=lambda _line: None)
    kept, anew = (read(path) for path in (cassette_file(models.cassette), tmp_path / "anew.yaml.gz"))
    assert anew == kept


def test_a_demo_that_was_stopped_goes_on_with_the_simulator(tmp_path: Path) -> None:
    """Its indicators begin anew, so it asks what nobody has recorded."""
    told: list[str] = []
    for last in ("2013-10-04", "2013-10-07"):
        loaded = load("demo", None, {"AEGIS_FEED__LAST": last}, Path("no.env"))
        folder = StateFolder(tmp_path / "state")
        folder.claim("paper-1")
        run_recorded(loaded, folder, told.append, None, True)
        folder.release()
    assert len([line for line in told if line.startswith("taken up again")]) == 1
    assert not [line for line in told if "RUN_FAILED" in line]
