from hashlib import sha256
from pathlib import Path

import pytest

from prompts.library import PACKAGED, PromptError, load, parse

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
    with pytest.raises(PromptError, match=f"^analyst v2: {named}$"):
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
        ('"briefing"]', '"briefing", "cash"]', "missing 'cash'"),
        ("{{schema}}", "{{schema}} {{cash}}", "unknown 'cash'"),
        ("{{schema}}", "{{schema}} {{ cash }}", "'{{ cash }}' is not a placeholder"),
        ("{{schema}}", "{{schema}} }}", "'}}' is not a placeholder"),
        ("# User", "# You", "then '# System', then '# User'"),
        ("+++\nversion", "version", "needs front matter"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(old: str, new: str, named: str) -> None:
    with pytest.raises(PromptError, match=f"^analyst: .*{named}"):
        parse("analyst", GOOD.replace(old, new, 1).encode())


def test_a_file_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(PromptError, match="analyst: not UTF-8 at byte 0"):
        parse("analyst", b"\xff" + GOOD.encode())


def test_a_folder_of_the_user_goes_before_the_packaged_one(tmp_path: Path) -> None:
    (tmp_path / "analyst.md").write_text(GOOD)
    assert load("analyst", tmp_path / "none", tmp_path).version == 2
    assert load("verifier", tmp_path) == load("verifier")


@pytest.mark.parametrize("name", ["../analyst", "Analyst", "", "analyst.md"])
def test_a_name_that_is_a_path_is_refused(name: str) -> None:
    with pytest.raises(PromptError, match="the name of a prompt is"):
        load(name)


def test_a_prompt_that_is_nowhere_names_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match=r"planner: no file planner\.md in") as caught:
        load("planner", tmp_path)
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("path", sorted(PACKAGED.glob("*.md")), ids=lambda path: path.stem)
def test_each_packaged_prompt_ends_its_stable_part_with_the_schema_and_frames_the_briefing(path: Path) -> None:
    prompt = load(path.stem)
    assert (prompt.name, prompt.role) == (path.stem, path.stem)
    assert prompt.system[1:] == ("schema", "")
    assert prompt.user == ("<briefing>\n", "briefing", "\n</briefing>")
