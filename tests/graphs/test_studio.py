"""deploy/langgraph.json: what LangGraph's own tools are told loads and draws, without them and without a network."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from langgraph.graph.state import CompiledStateGraph

from graphs.combat import combat
from tests.architecture.house import ROOT

FILE = ROOT / "deploy" / "langgraph.json"
KEYS = {
    "api_version", "auth", "base_image", "checkpointer", "dependencies", "dockerfile_lines", "encryption", "env",
    "graphs", "http", "image_distro", "keep_pkg_tools", "node_version", "pip_config_file", "pip_installer", "priority",
    "python_version", "source", "store", "ui", "ui_config", "webhooks",
}  # fmt: skip
"""What `langgraph validate` knows (langgraph-cli 0.4.40)."""


def told() -> dict[str, Any]:
    return dict(json.loads(FILE.read_text()))


def loaded(place: str) -> Any:
    """What `./file.py:name` stands for, as the tools load it: from the file, not as a module of a package."""
    path, _, name = place.rpartition(":")
    spec = importlib.util.spec_from_file_location("studio_under_test", FILE.parent / path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)


def test_the_file_has_only_keys_that_are_known() -> None:
    assert set(told()) <= KEYS
    assert {"graphs", "dependencies"} <= set(told())


def test_every_graph_in_it_loads_and_draws() -> None:
    for name, place in told()["graphs"].items():
        graph = loaded(place)
        assert isinstance(graph, CompiledStateGraph) and graph.name == name
        assert graph.get_context_jsonschema() is None
        assert graph.get_graph().draw_mermaid() == combat().get_graph().draw_mermaid()


async def test_a_run_without_a_desk_fails_at_its_first_stage() -> None:
    graph = loaded(told()["graphs"]["combat"])
    with pytest.raises(AttributeError, match="'NoneType' object has no attribute 'clock'"):
        await graph.ainvoke({"run": "r"})


def test_what_it_depends_on_is_this_project() -> None:
    assert [(FILE.parent / Path(each) / "pyproject.toml").resolve() for each in told()["dependencies"]] == [
        ROOT / "pyproject.toml"
    ]
