"""Who may import whom: the matrix of the floors, and the order of the chapters inside core."""

import ast
import sys

import pytest

from tests.architecture.house import PACKAGES, Module, assert_none, modules, plant

MAY_IMPORT = {
    "core": {"core"},
    "prompts": {"prompts"},
    "agents": {"core", "prompts", "agents"},
    "graphs": {"core", "agents", "graphs"},
    "tools": {"core", "tools"},
    "evals": {"core", "prompts", "agents", "graphs", "tools", "evals"},
    "runtime": {"core", "prompts", "agents", "graphs", "tools", "evals", "runtime", "configs"},
    "configs": {"configs"},
}

EXTRAS = {
    "aiokafka", "confluent_kafka", "ib_async", "onnxruntime", "opentelemetry", "ray", "sentry_sdk",
    "stable_baselines3", "torch", "transformers",
}  # fmt: skip
RESEARCH = {"optuna", "polars", "pyarrow", "skfolio"}

THIRD_PARTY = {
    "core": {"msgspec", "numba", "numpy"},
    "prompts": set(),
    "agents": {"langchain_core.tools", "pydantic"},
    "graphs": {"langgraph"},
    "tools": {
        "aiosmtplib", "anthropic", "duckdb", "exchange_calendars", "genai_prices", "google.genai", "httpx2",
        "langchain_core", "msgspec", "openai", "orjson", "prometheus_client", "psycopg", "psycopg_pool", "redis",
        "slack_sdk", "structlog", "tenacity", "websockets", "yaml",
    } | EXTRAS | RESEARCH,
    "evals": {"duckdb", "msgspec", "pydantic_evals", "vcr"} | RESEARCH,
    "runtime": {
        "fastapi", "langgraph.checkpoint", "langgraph.types", "mermaidx", "msgspec", "nicegui", "pydantic", "rich",
        "typer", "uvicorn",
    },
    "configs": set(),
}  # fmt: skip

CHAPTERS = ("market", "quant", "facts", "record", "trading", "signals", "desk", "risk", "people", "review", "ports")


def imports(module: Module) -> list[tuple[int, str]]:
    """Every imported name, absolute and dotted, with its line; `import_module("…")` counts."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            source = _source(module, node)
            found += [(node.lineno, f"{source}.{alias.name}") for alias in node.names]
        elif isinstance(node, ast.Call) and _calls_importer(node):
            found += [(node.lineno, arg.value) for arg in node.args[:1] if isinstance(arg, ast.Constant)]
    return found


def _source(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = module.parts[: -node.level]
    return ".".join([*package, *([node.module] if node.module else [])])


def _calls_importer(node: ast.Call) -> bool:
    return ast.unparse(node.func).split(".")[-1] in {"import_module", "__import__"}


def crossings(module: Module) -> list[str]:
    """Imports against the matrix: another floor's room, or a library that belongs to another floor."""
    floor = module.parts[0]
    return [
        f"{module.path}:{line} {floor} may not import {name}"
        for line, name in imports(module)
        if not _allowed(floor, name)
    ]


def _allowed(floor: str, name: str) -> bool:
    top = name.split(".")[0]
    if top in MAY_IMPORT:
        return top in MAY_IMPORT[floor]
    if top in sys.stdlib_module_names:
        return True
    return any(name == library or name.startswith(f"{library}.") for library in THIRD_PARTY[floor])


def leaps(module: Module) -> list[str]:
    """Imports inside core that go up: a chapter uses itself, the ones above it in the list, and errors."""
    own = module.parts[1]
    below = CHAPTERS[: CHAPTERS.index(own) + 1] if own in CHAPTERS else ()
    return [
        f"{module.path}:{line} core/{own} may not use core/{name.split('.')[1]}"
        for line, name in imports(module)
        if name.startswith("core.") and name.split(".")[1] not in {*below, "errors"}
    ]


@pytest.mark.parametrize("floor", PACKAGES)
def test_each_floor_imports_only_what_the_matrix_allows(floor: str) -> None:
    assert_none(crossing for module in modules(floor) for crossing in crossings(module))


def test_each_chapter_of_core_uses_only_the_chapters_before_it() -> None:
    assert_none(leap for module in modules("core") for leap in leaps(module))


def test_core_holds_its_chapters_and_errors_and_nothing_else() -> None:
    assert {module.parts[1] for module in modules("core")} <= {*CHAPTERS, "errors", "__init__"}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("core/risk/gate.py", "import tools.clock"),
        ("core/risk/gate.py", "import pydantic"),
        ("prompts/library.py", "from core.facts import models"),
        ("agents/analyst.py", "from tools.llm.offline import rules"),
        ("agents/analyst.py", "from langchain_core.messages import AIMessage"),
        ("graphs/nodes/execute.py", "from tools.brokers.paper import PaperBroker"),
        ("tools/feeds/replay.py", "from agents import roster"),
        ("tools/llm/wires/gemini.py", "import google.generativeai as genai"),
        ("tools/llm/wires/gemini.py", "import httpx"),
        ("evals/replay.py", "from runtime.bootstrap import build"),
        ("runtime/serve.py", "import openai"),
        ("runtime/serve.py", "from langgraph.graph import StateGraph"),
        ("runtime/serve.py", "from tests.scenarios import anything"),
        ("graphs/combat.py", "from ..tools import clock"),
        ("graphs/combat.py", "def late():\n    import importlib\n    importlib.import_module('tools.clock')"),
    ],
)
def test_a_planted_crossing_is_seen(path: str, text: str) -> None:
    assert len(crossings(plant(path, text))) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "core/quant/indicators/osma.py",
            "import math\nimport numpy as np\nfrom numba import njit\nfrom core.market import hours",
        ),
        ("agents/analyst.py", "from langchain_core.tools import BaseTool\nfrom . import replies"),
        ("tools/llm/wires/gemini.py", "from google import genai\nfrom google.genai import types"),
        ("runtime/bootstrap.py", "from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver\nimport evals.replay"),
    ],
)
def test_what_the_matrix_allows_passes(path: str, text: str) -> None:
    assert crossings(plant(path, text)) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("core/market/quotes.py", "from core.facts import market"),
        ("core/facts/market.py", "from core import ports"),
        ("core/risk/gate.py", "from ..ports.broker import Broker"),
        ("core/errors.py", "from core.facts import desk"),
    ],
)
def test_a_planted_leap_is_seen(path: str, text: str) -> None:
    assert len(leaps(plant(path, text))) == 1


def test_ports_may_use_every_chapter_and_everyone_may_use_errors() -> None:
    assert (
        leaps(plant("core/ports/journal.py", "from core.record import envelope\nfrom core.people import alerts")) == []
    )
    assert leaps(plant("core/market/quotes.py", "from core.errors import Fault\nfrom core import errors")) == []
