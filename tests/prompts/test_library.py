from hashlib import sha256
from pathlib import Path

import pytest

from prompts.library import LARGEST_PROMPT, PACKAGED, PromptError, load, names, parse, read, searched

GOOD = """+++
version = 2
role = "analyst"
schema = "analysis"
variables = ["schema", "briefing"]
+++

# System

Reply as {{schema}}.

# User

<briefing>
{{briefing}}
</briefing>
"""


def test_a_prompt_is_rendered_with_its_stable_part_first_and_its_facts_last() -> None:
    rendered = parse("analyst", GOOD.encode()).render({"schema": "{}", "briefing": "{{schema}}"})
    assert rendered.system == "Reply as {}."
    assert rendered.user == "<briefing>\n{{schema}}\n</briefing>"
    assert rendered.digest == sha256(GOOD.encode()).hexdigest()


def test_what_is_filled_in_is_never_taken_for_a_placeholder() -> None:
    rendered = parse("analyst", GOOD.encode()).render({"schema": "{{briefing}}", "briefing": "secret"})
    assert "secret" not in rendered.system


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"schema": "{}"}, "missing 'briefing'"),
        ({"schema": "{}", "briefing": "", "account": "1"}, "unknown 'account'"),
        ({"shema": "{}", "briefing": ""}, "missing 'schema'; unknown 'shema'"),
    ],
)
def test_a_missing_or_extra_variable_is_named(variables: dict[str, str], named: str) -> None:
    with pytest.raises(PromptError, match=f"^analyst v2: {named}; needed are briefing, schema$"):
        parse("analyst", GOOD.encode()).render(variables)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("version = 2", 'version = "2"', "version must be of type int, found '2'"),
        ("version = 2", "version = true", "version must be of type int, found True"),
        ("version = 2", "version = 0", "version must be 1 or above, found 0"),
        ("version = 2", "version =", "front matter: Invalid value"),
        ("version = 2\n", "", "front matter: missing 'version'"),
        ("version = 2", "version = 2\nmodel = 'x'", "front matter: unknown 'model'"),
        ('"briefing"]', "7]", "variables: 7 cannot be the name of one"),
        ('"briefing"]', '"briefing", "cash"]', "variables: 'cash' is declared and never used"),
        ('"briefing"]', '"briefing", "schema"]', "variables: 'schema' is named twice"),
        ("{{schema}}", "{{schema}} {{cash}}", "variables: 'cash' is used and not declared"),
        ("{{schema}}", "{{schema}} {{ cash }}", "'{{ cash }}' is not a placeholder; one is {{name}}, without spaces"),
        ("{{schema}}", "{{schema}} }}", "'}}' is not a placeholder"),
        ("# User", "# You", "then '# System', then '# User'"),
        ("# User", "# User\n\n# User", "then '# User', once each"),
        ("Reply as {{schema}}.", "", "there is nothing under '# System'"),
        ("+++\nversion", "version", "needs front matter"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(old: str, new: str, named: str) -> None:
    with pytest.raises(PromptError, match=f"^analyst: .*{named}"):
        parse("analyst", GOOD.replace(old, new, 1).encode())


def test_bytes_that_are_no_text_and_a_file_without_end_are_refused() -> None:
    with pytest.raises(PromptError, match="analyst: not UTF-8 at byte 0"):
        parse("analyst", b"\xff" + GOOD.encode())
    with pytest.raises(PromptError, match="analyst: larger than 256 KiB"):
        parse("analyst", GOOD.encode() + b" " * LARGEST_PROMPT)


def test_how_an_editor_ends_lines_and_begins_files_changes_the_digest_and_not_the_prompt() -> None:
    plain, edited = GOOD.encode(), b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()
    assert parse("analyst", edited).system == parse("analyst", plain).system
    assert parse("analyst", edited).digest == sha256(edited).hexdigest() != parse("analyst", plain).digest


def test_a_folder_of_the_user_goes_before_the_packaged_one(tmp_path: Path) -> None:
    (tmp_path / "analyst.md").write_text(GOOD)
    assert load("analyst", tmp_path / "none", tmp_path).version == 2
    assert load("analyst", tmp_path).origin == str(tmp_path / "analyst.md")
    assert load("verifier", tmp_path) == load("verifier")
    assert load("verifier", tmp_path).origin == "packaged"


def test_your_own_configuration_is_looked_into_before_the_one_where_you_are(tmp_path: Path) -> None:
    assert searched(tmp_path) == (tmp_path / "prompts", Path("configs/prompts"))
    assert searched() == (Path("configs/prompts"),)


def test_all_prompts_are_known_by_name_and_other_files_are_not_prompts(tmp_path: Path) -> None:
    for name in ("planner.md", "analyst.md", "README.md", "notes.txt"):
        (tmp_path / name).write_text(GOOD)
    assert set(names(tmp_path)) - set(names()) == {"planner"}
    assert {"analyst", "commander", "verifier"} <= set(names(tmp_path / "none"))


def test_a_fault_in_your_own_file_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "analyst.md").write_text(GOOD.replace("version = 2", "version = 0"))
    with pytest.raises(PromptError) as caught:
        load("analyst", tmp_path)
    assert str(caught.value) == f"{tmp_path / 'analyst.md'}: version must be 1 or above, found 0"
    (tmp_path / "verifier.md").mkdir()
    with pytest.raises(PromptError, match=r"verifier\.md: Is a directory"):
        load("verifier", tmp_path)


def test_a_file_is_read_under_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "draft.md").write_text(GOOD)
    assert (read(tmp_path / "draft.md").name, read(tmp_path / "draft.md").text) == ("draft", GOOD)


@pytest.mark.parametrize("name", ["../analyst", "Analyst", "", "analyst.md"])
def test_a_name_that_is_a_path_is_refused(name: str) -> None:
    with pytest.raises(PromptError, match="the name of a prompt is"):
        load(name)


def test_a_prompt_that_is_nowhere_names_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match=r"planner: no file planner\.md in") as caught:
        load("planner", tmp_path)
    assert str(tmp_path) in str(caught.value)


def test_the_nearest_name_is_offered(tmp_path: Path) -> None:
    (tmp_path / "planner.md").write_text(GOOD)
    with pytest.raises(PromptError, match="did you mean 'analyst'"):
        load("anlyst")
    with pytest.raises(PromptError, match="did you mean 'planner'"):
        load("plannr", tmp_path)


@pytest.mark.parametrize("path", sorted(PACKAGED.glob("*.md")), ids=lambda path: path.stem)
def test_each_packaged_prompt_ends_its_stable_part_with_the_schema_and_frames_the_briefing(path: Path) -> None:
    prompt = load(path.stem)
    assert (prompt.name, prompt.role) == (path.stem, path.stem.partition("_")[0])
    assert prompt.system[1:] == ("schema", "")
    assert prompt.user == ("<briefing>\n", "briefing", "\n</briefing>")
