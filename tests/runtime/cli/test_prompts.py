"""`prompts`: what there is, what is sent, and what changed."""

import json
import subprocess
from pathlib import Path

import pytest

from core.record.codec import decode_event, digest
from prompts.library import PACKAGED, load
from tests.architecture.house import ROOT
from tests.runtime.cli.conftest import Aegis

EVENTS = ROOT / "docs" / "examples"
SHOCK = EVENTS / "price-shock.json"


def own(folder: Path, *changes: tuple[str, str], name: str = "analyst") -> Path:
    """A configuration folder with a changed prompt in it."""
    text = (PACKAGED / f"{name}.md").read_text()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    path = folder / "prompts" / f"{name}.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


CHANGED = ("You are the analyst", "You are a careful analyst")
RAISED = (f"version = {load('analyst').version}", "version = 99")


def test_list_tells_of_every_prompt_where_it_comes_from(aegis: Aegis, tmp_path: Path) -> None:
    path = own(tmp_path, CHANGED, RAISED)
    lines = aegis("prompts", "list", "--config-dir", tmp_path).out.splitlines()
    rows = {line.split()[0]: line.split() for line in lines[1:] if line}
    assert lines[0].split() == ["name", "version", "role", "schema", "variables", "tokens", "digest", "from"]
    assert (rows["analyst"][1], rows["analyst"][-1]) == ("99", str(path))
    assert (rows["verifier"][-2], rows["verifier"][-1]) == (load("verifier").digest[:12], "packaged")
    assert lines[-1].endswith(f"Looked for in: {tmp_path / 'prompts'}, configs/prompts, the packaged ones")


def test_list_as_json_is_one_object_a_line(aegis: Aegis) -> None:
    rows = {row["name"]: row for row in map(json.loads, aegis("prompts", "list", "--json").out.splitlines())}
    assert rows["commander"]["variables"] == ["briefing", "schema"]
    assert rows["commander"]["digest"] == load("commander").digest
    assert 300 < rows["commander"]["tokens"] < 1500


def test_show_prints_the_file(aegis: Aegis, tmp_path: Path) -> None:
    path = own(tmp_path, CHANGED)
    assert aegis("prompts", "show", "verifier").out == (PACKAGED / "verifier.md").read_text()
    assert aegis("prompts", "show", "analyst", "--config-dir", tmp_path).out == path.read_text()
    assert aegis("prompts", "show", path).out == path.read_text()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["show", "anlyst"], "did you mean 'analyst'?"),
        (["show", "Analyst"], "the name of a prompt is"),
        (["show", "none.md"], "none.md: No such file"),
        (["list", "--config-dir", "nowhere"], "--config-dir nowhere: no such folder"),
        (["diff", "analyst", "verifier", "--rev", "HEAD"], "exclude each other"),
        (["render", "anlyst", "--event", SHOCK], "did you mean 'analyst'?"),
        (["render", "analyst", "--event", "none.json"], "none.json"),
        (["render", "analyst", "--event", PACKAGED / "analyst.md"], "event: JSON is malformed"),
    ],
)
def test_what_cannot_be_done_is_named(aegis: Aegis, words: list[object], found: str) -> None:
    said = aegis("prompts", *words)
    assert said.code == 2 and found in said.err and said.out == ""


def test_a_fault_in_an_own_file_is_one_line_with_its_path(aegis: Aegis, tmp_path: Path) -> None:
    path = own(tmp_path, ("{{briefing}}", "{{briefing}} {{cash}}"))
    for words in (["list"], ["show", "analyst"], ["diff", "analyst"], ["render", "analyst", "--event", SHOCK]):
        said = aegis("prompts", *words, "--config-dir", tmp_path)
        assert said.code == 2
        assert said.err == f"aegis-agents: prompt {path}: variables: 'cash' is used and not declared\n"


def test_render_prints_what_the_seat_is_sent_and_about_how_much_it_is(aegis: Aegis) -> None:
    out = aegis("prompts", "render", "analyst", "--event", SHOCK).out
    system, user, last = out.partition("--- user")[0], out.partition("--- user")[2], out.splitlines()[-1]
    assert "You are the analyst of a trading desk." in system and "IBM" not in system
    assert '<briefing>\n{"run":"' in user and '"quote.spread_bp":"1.64"' in user and "</briefing>" in user
    assert last.startswith(
        f"--- analyst v{load('analyst').version}, packaged, digest {load('analyst').digest[:12]}: about "
    )


@pytest.mark.usefixtures("let_go")
@pytest.mark.parametrize("role", ["analyst", "verifier", "commander"])
def test_render_as_json_is_the_request_that_decide_records(aegis: Aegis, tmp_path: Path, role: str) -> None:
    rendered = aegis("prompts", "render", role, "--event", SHOCK, "--json").out.removesuffix("\n")
    assert aegis("decide", SHOCK, "--state", tmp_path).code == 0
    lines = aegis("journal", "tail", "-n", "100", "--json", "--state", tmp_path).out.splitlines()
    replied = [row["event"] for row in map(json.loads, lines) if row["event"]["type"] == "MODEL_REPLIED"]
    assert digest(rendered.encode()) in [event["data"]["request"] for event in replied if event["data"]["role"] == role]


def test_render_shows_no_sign_that_moves_a_terminal(aegis: Aegis, tmp_path: Path) -> None:
    event = json.loads(SHOCK.read_text()) | {"text": ["quiet \u202eday\u202c"]}
    (tmp_path / "event.json").write_text(json.dumps(event))
    assert decode_event((tmp_path / "event.json").read_bytes()).text
    said = aegis("prompts", "render", "verifier", "--event", tmp_path / "event.json")
    assert said.code == 0 and "\u202e" not in said.out


def test_render_says_why_a_seat_would_not_be_asked(aegis: Aegis) -> None:
    said = aegis("prompts", "render", "commander", "--event", EVENTS / "alarming-words.json")
    assert said.code == 2 and "the commander would not be asked about this event: vetoed: " in said.err


def test_diff_holds_your_own_prompt_against_the_packaged_one(aegis: Aegis, tmp_path: Path) -> None:
    path = own(tmp_path, CHANGED, RAISED)
    said = aegis("prompts", "diff", "analyst", "--config-dir", tmp_path)
    assert said.code == 0 and "+You are a careful analyst of a trading desk." in said.out
    assert said.out.splitlines()[1] == f"+++ {path} (v99)"
    assert "version: " in said.out and "FAULT" not in said.out
    assert aegis("prompts", "diff", "verifier", "--config-dir", tmp_path).out.startswith("equal: packaged")


def test_diff_exits_1_when_the_text_changed_and_the_version_did_not_rise(aegis: Aegis, tmp_path: Path) -> None:
    path = own(tmp_path, CHANGED)
    version = load("analyst").version
    fault = f"the text changed and the version is still {version}; raise it above {version}"
    said = aegis("prompts", "diff", PACKAGED / "analyst.md", path)
    assert said.code == 1 and said.out.endswith(f"FAULT: {fault}\n")
    said = aegis("prompts", "diff", "analyst", path, "--json")
    assert said.code == 1 and json.loads(said.out)["fault"] == fault


def test_diff_against_a_revision_asks_git(aegis: Aegis, tmp_path: Path) -> None:
    path = own(tmp_path)
    said = aegis("prompts", "diff", path, "--rev", "HEAD")
    assert said.code == 2 and f"--rev HEAD: git cannot show {path}: fatal:" in said.err and said.err.count("\n") == 1
    for words in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True)
    assert aegis("prompts", "diff", path, "--rev", "HEAD").out.startswith("equal: ")
    own(tmp_path, CHANGED)
    said = aegis("prompts", "diff", "analyst", "--config-dir", tmp_path, "--rev", "HEAD")
    assert said.code == 1 and f"--- analyst at HEAD (v{load('analyst').version})" in said.out
    said = aegis("prompts", "diff", path, "--rev", "--output=stolen")
    assert said.code == 2 and not list(tmp_path.rglob("stolen*"))


def test_diff_without_git_says_so(aegis: Aegis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    said = aegis("prompts", "diff", "analyst", "--rev", "HEAD")
    assert said.code == 2 and "--rev HEAD: needs git, and there is no such program here" in said.err


@pytest.mark.usefixtures("let_go")
def test_your_own_prompt_reaches_the_desk_and_is_named_wherever_configuration_is(aegis: Aegis, tmp_path: Path) -> None:
    path = own(tmp_path, CHANGED, RAISED)
    said = aegis("prompts", "render", "analyst", "--event", SHOCK, "--config-dir", tmp_path)
    assert "You are a careful analyst" in said.out
    assert said.out.splitlines()[-1].startswith(f"--- analyst v99, {path}, digest ")
    lines = aegis("config", "show", "--config-dir", tmp_path).out.splitlines()
    (line,) = [line for line in lines if line.startswith("prompts.analyst")]
    assert line.split()[1] == "v99" and line.endswith(str(path))
    assert f"analyst v99 {path}" in aegis("check", "--config-dir", tmp_path, "--state", tmp_path / "state").out
    path.write_text("nothing")
    said = aegis("decide", SHOCK, "--config-dir", tmp_path, "--state", tmp_path / "decided")
    assert said.code == 2 and f"aegis-agents: prompt {path}: needs front matter" in said.err
