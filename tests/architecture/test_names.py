"""A file is a noun of the desk or a vendor; a package's `__init__` is one line of text and re-exports nothing."""

import ast
import sys

import pytest

from tests.architecture.house import PACKAGES, ROOT, Module, assert_none, modules, plant

NOT_A_NOUN_OF_THE_DESK = {
    "base", "common", "functions", "helper", "helpers", "manager", "managers", "misc", "shared", "stuff", "util",
    "utils",
}  # fmt: skip


def vague(path: str) -> list[str]:
    words = {word for part in path.removesuffix(".py").split("/") for word in part.split("_")}
    return [f"{path} is named {word!r}" for word in sorted(words & NOT_A_NOUN_OF_THE_DESK)]


def talkative(module: Module) -> list[str]:
    """A package `__init__` that is more, or less, than a docstring of one line."""
    body = module.tree.body
    one_line = ast.get_docstring(module.tree) or "\n"
    fine = len(body) == 1 and isinstance(body[0], ast.Expr) and "\n" not in one_line
    return [] if fine else [f"{module.path} must be one docstring of one line"]


def hiding_the_library(names: list[str]) -> list[str]:
    return sorted(set(names) & sys.stdlib_module_names)


def test_no_name_is_vague() -> None:
    assert_none(found for module in modules(*PACKAGES, "tests") for found in vague(module.path))


def test_each_package_says_in_one_line_what_it_is() -> None:
    inits = [module for module in modules(*PACKAGES) if module.parts[-1] == "__init__"]
    assert_none(found for module in inits for found in talkative(module))


def test_each_folder_with_modules_is_a_package() -> None:
    folders = {module.path.rpartition("/")[0] for module in modules(*PACKAGES)}
    assert_none(folder for folder in sorted(folders) if not (ROOT / folder / "__init__.py").is_file())


def test_no_top_level_name_hides_the_standard_library() -> None:
    names = [path.stem for path in ROOT.iterdir() if path.is_dir() or path.suffix == ".py"]
    assert hiding_the_library(names) == []


@pytest.mark.parametrize("path", ["core/utils.py", "tools/http_helpers.py", "core/common/money.py", "runtime/misc.py"])
def test_a_planted_vague_name_is_seen(path: str) -> None:
    assert len(vague(path)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x = 1",
        '"""One."""\nfrom core.desk.posture import Posture',
        '"""One.\n\nTwo.\n"""',
        '"""One."""\n__all__ = []',
    ],
)
def test_a_planted_init_that_says_more_or_less_is_seen(text: str) -> None:
    assert len(talkative(plant("core/desk/__init__.py", text))) == 1


def test_a_planted_name_of_the_library_is_seen() -> None:
    assert hiding_the_library(["core", "signal", "queue", "desk"]) == ["queue", "signal"]
