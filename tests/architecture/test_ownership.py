"""Our top-level names are ours: no installed or locked distribution owns a module named like one of our folders."""

import importlib.metadata
import importlib.util
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.architecture.house import PACKAGES, ROOT, assert_none

OURS = "aegis-agents"


def intruders(owners: Mapping[str, list[str]]) -> list[str]:
    """Distributions other than ours that own one of our names."""
    return sorted(
        f"{distribution} owns {name}"
        for name in PACKAGES
        for distribution in set(owners.get(name, []))
        if distribution != OURS
    )


def outside(origin: str | None, root: Path) -> bool:
    return origin is None or root not in Path(origin).resolve().parents


def test_no_other_distribution_owns_one_of_our_names() -> None:
    assert_none(intruders(importlib.metadata.packages_distributions()))


@pytest.mark.parametrize("name", PACKAGES)
def test_each_top_level_package_resolves_to_our_own(name: str) -> None:
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert not outside(spec.origin, ROOT)


def test_the_wheel_carries_exactly_our_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == set(PACKAGES)


def test_a_planted_intruder_is_seen() -> None:
    owners = {"agents": ["openai-agents"], "core": [OURS], "numpy": ["numpy"]}
    assert intruders(owners) == ["openai-agents owns agents"]


def test_a_planted_foreign_origin_is_seen(tmp_path: Path) -> None:
    assert outside(str(tmp_path / "site-packages" / "agents" / "__init__.py"), ROOT)
    assert outside(None, ROOT)
    assert not outside(str(ROOT / "agents" / "__init__.py"), ROOT)
