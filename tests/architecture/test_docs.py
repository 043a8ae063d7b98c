"""The documents are true: generated parts are fresh, links lead somewhere, commands parse, examples are accepted."""

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, get_args

import mermaidx
import pytest
from typer._click.exceptions import MissingParameter, UsageError

from core.errors import BadInput
from core.facts.desk import Outcome
from core.record.codec import decode_event
from docs import generate
from docs.tables import commands, house, pictures
from runtime.cli.main import COMMANDS
from runtime.state_folder import StateFolder
from tests.architecture.house import ROOT, assert_none

SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)")
FLOORS = r"(?:core|prompts|agents|graphs|tools|evals|runtime|tests|docs|configs)"
PLACE = re.compile(rf"`({FLOORS}/[\w/.\-]*)`")
PROMPT = re.compile(r"^\$ (.*?)(?:\s+#.*)?$", re.MULTILINE)
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.json"))


class Shown(NamedTuple):
    """A command as a document shows it: to be typed, or mentioned in passing with only a part of its arguments."""

    page: str
    words: str
    typed: bool


@cache
def pages() -> dict[str, str]:
    paths = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    return {path.relative_to(ROOT).as_posix(): path.read_text() for path in sorted(paths)}


def shown(page: str, text: str) -> Iterator[Shown]:
    yield from (Shown(page, words, True) for words in PROMPT.findall(text))
    yield from (Shown(page, words, False) for words in SPAN.findall(text))


def unparsable(command: Shown) -> list[str]:
    """Why a command is none of ours; commands of others are not looked at."""
    words = shlex.split(command.words, posix=True) if "'" not in command.words else []
    while words and re.fullmatch(r"[A-Z_]+=\S*", words[0]):
        words.pop(0)
    judge = {"aegis-agents": _parsed, "make": _made}.get(words[0]) if words else None
    fault = judge(words[1:], command.typed) if judge else None
    return [f"{command.page}: {command.words}: {fault}"] if fault else []


def _parsed(words: list[str], typed: bool) -> str | None:
    if not words or words == ["--help"]:
        return None
    noun, *rest = words
    if noun not in COMMANDS:
        return f"there is no {noun!r}"
    command = commands.asked(noun)
    inner = getattr(command, "commands", None)
    if inner is not None:
        if not rest:
            return None
        place = next((place for place, word in enumerate(rest) if word in inner), None)
        if place is None:
            return f"{noun} has no {rest[0]!r}"
        group, own, command = command, rest[: place + 1], inner[rest[place]]
        rest = rest[place + 1 :]
    try:
        if inner is not None:
            group.make_context(noun, own)
        command.make_context(noun, rest)
    except MissingParameter as fault:
        return str(fault) if typed else None
    except UsageError as fault:
        return str(fault)
    return None


def _made(words: list[str], _typed: bool) -> str | None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    unknown = [word for word in words if "=" not in word and word not in targets]
    return f"no target {unknown[0]!r}" if unknown else None


def dead_links(page: str, text: str) -> list[str]:
    found = []
    for target, anchor in LINK.findall(text):
        path = (ROOT / page).parent / target if target else ROOT / page
        if not path.exists():
            found.append(f"{page}: {target} leads nowhere")
        elif anchor and anchor not in anchors(path.read_text()):
            found.append(f"{page}: {target} has no heading #{anchor}")
    return found


def anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def absent_places(page: str, text: str) -> list[str]:
    return [
        f"{page}: {place} is not there"
        for place in PLACE.findall(text)
        if not (ROOT / place).exists() and not (ROOT / f"{place}.py").exists()
    ]


def refused(value: Any, schema: dict[str, Any], at: str = "event") -> list[str]:
    """What a schema says against a value: as much of JSON Schema as ours uses."""
    kinds: dict[str, type] = {"object": dict, "array": list, "string": str, "integer": int}
    if "type" in schema and not isinstance(value, kinds[schema["type"]]):
        return [f"{at}: not of type {schema['type']}"]
    faults = [f"{at}: not one of {schema['enum']}"] if "enum" in schema and value not in schema["enum"] else []
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        faults.append(f"{at}: does not match {schema['pattern']}")
    for index, item in enumerate(value if isinstance(value, list) else []):
        faults += refused(item, schema["items"], f"{at}.{index}")
    if isinstance(value, dict):
        known = schema["properties"]
        faults += [f"{at}.{name}: missing" for name in schema.get("required", []) if name not in value]
        faults += [f"{at}.{name}: unknown" for name in value if name not in known]
        faults += [fault for name in value if name in known for fault in refused(value[name], known[name], name)]
    return faults


def event_schema() -> dict[str, Any]:
    return dict(json.loads((ROOT / "docs" / "event.schema.json").read_text()))


def first_cells(text: str) -> list[str]:
    return re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)


def sections(text: str) -> dict[str, str]:
    parts = re.split(r"^## (.*)\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def bare(requirement: str) -> str:
    return re.split(r"[\[<>=]", requirement)[0]


def test_nothing_generated_is_stale() -> None:
    with pytest.raises(SystemExit) as ended:
        generate.main(["--check"])
    assert ended.value.code == 0, ended.value.code


def test_a_planted_stale_block_is_seen_and_the_command_that_mends_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "events.md").write_text(
        "<!-- generated: event figures -->\n| figure |\n<!-- end generated -->"
    )
    with pytest.raises(SystemExit, match=r"stale: docs/events.md: event figures\n.*event.schema.json(.|\n)*make docs"):
        generate.main(["--check"], tmp_path)
    generate.main([], tmp_path)
    assert "`window_minutes`" in (tmp_path / "docs" / "events.md").read_text()
    with pytest.raises(SystemExit) as ended:
        generate.main(["--check"], tmp_path)
    assert ended.value.code == 0


def test_a_block_nobody_writes_is_named(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("<!-- generated: weather -->\n<!-- end generated -->\n")
    with pytest.raises(SystemExit, match="nothing writes the block 'weather'"):
        generate.main([], tmp_path)


def test_every_block_has_its_place_in_a_document() -> None:
    placed = set(re.findall(r"<!-- generated: (.*?) -->", "".join(pages().values())))
    assert placed == {*generate.WRITERS, *generate.TELLS_OF_A_RUN}


def test_every_link_leads_somewhere() -> None:
    assert_none(found for page, text in pages().items() for found in dead_links(page, text))


def test_every_place_that_is_named_is_there() -> None:
    assert_none(found for page, text in pages().items() for found in absent_places(page, text))


def test_every_command_that_is_shown_parses() -> None:
    every = [command for page, text in pages().items() for command in shown(page, text)]
    assert len([command for command in every if "aegis-agents " in command.words]) > 30
    assert_none(found for command in every for found in unparsable(command))


@pytest.mark.parametrize(
    "text",
    [
        "$ aegis-agents trade",
        "`aegis-agents journal burn`",
        "$ aegis-agents serve --fast",
        "`aegis-agents serve --pace quickly`",
        "$ AEGIS_STATE=./state aegis-agents decide",
        "`make money`",
    ],
)
def test_a_planted_command_that_is_none_is_seen(text: str) -> None:
    assert len([found for command in shown("README.md", text) for found in unparsable(command)]) == 1


def test_a_planted_dead_link_and_an_absent_place_are_seen() -> None:
    assert (
        len(dead_links("README.md", "[a](docs/nowhere.md) [b](docs/events.md#nothing) [c](docs/events.md#fields)")) == 2
    )
    assert len(absent_places("README.md", "`core/risk/gate` `core/risk/luck` `tests/scenarios`")) == 1


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_each_example_is_an_event(path: Path) -> None:
    assert decode_event(path.read_bytes()).symbol
    assert refused(json.loads(path.read_text()), event_schema()) == []


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "earthquake"},
        {"sequence": "1"},
        {"at": "2013-10-07T14:30:00+02:00"},
        {"figures": {"bid": "183,02"}},
        {"figures": {"luck": "1"}},
        {"mood": "good"},
        {"text": [1]},
    ],
)
def test_what_the_schema_refuses_the_desk_refuses_too(change: dict[str, Any]) -> None:
    event = json.loads(EXAMPLES[0].read_text()) | change
    assert len(refused(event, event_schema())) == 1
    with pytest.raises(BadInput):
        decode_event(json.dumps(event).encode())


def test_every_dependency_has_its_reason_and_no_other_has() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"]
    told = sections(pages()["docs/dependencies.md"])
    assert first_cells(told["Core"]) == [bare(each) for each in project["project"]["dependencies"]]
    assert first_cells(told["Development"]) == [bare(each) for each in project["dependency-groups"]["dev"]]
    assert re.findall(r"^\| `(.*?)` \| `(.*?)` \|", told["Extras"], re.MULTILINE) == [
        (bare(each), extra) for extra, names in extras.items() for each in names
    ]


def test_every_outcome_is_explained() -> None:
    told = sections(pages()["docs/operations.md"])["What each outcome means"]
    assert first_cells(told) == [*get_args(Outcome)]


def test_every_path_of_the_state_folder_is_in_the_store_contract(tmp_path: Path) -> None:
    paths = {path.name for path in vars(StateFolder(tmp_path)).values() if isinstance(path, Path) and path != tmp_path}
    assert paths
    assert_none(path for path in paths if not any(store.place.startswith(path) for store in house.STORES))


@pytest.mark.campaign
def test_the_life_of_an_order_can_be_drawn() -> None:
    text = pictures.order_life().strip("`").removeprefix("mermaid\n")
    assert mermaidx.render(text).svg().startswith("<svg")
