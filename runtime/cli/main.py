"""The command `aegis-agents`. Knows every noun by name and one line; imports a noun only when it is asked for."""

import importlib
import importlib.util
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import typer

from core.errors import AegisError, BadInput
from graphs import untraced
from runtime import kernel_cache

INTERRUPTED = 130
PACKAGES = ("agents", "configs", "core", "evals", "graphs", "prompts", "runtime", "tools")

COMMANDS = {
    "serve": "Run the desk until told to stop, or its recording ends.",
    "decide": "Take one market event through the desk, and explain it.",
    "desk": "Talk to a running desk: status, stop, posture, confirm, kill, reset-models.",
    "journal": "Read the record: verify, tail, show.",
    "prompts": "What the seats are told: list, show, render, diff.",
    "signals": "What prices say: explain a series, scan many, graph packages.",
    "markets": "Which markets are open, and what comes next.",
    "models": "Which models sit where: list, check.",
    "graph": "Draw the graphs for review.",
    "config": "Show the effective configuration and where each value comes from.",
    "check": "Check configuration, state folder, recording and seats.",
    "record": "Record the model calls of a profile, for replay without a network.",
    "simulate": "Stand in for the world: providers of models, with faults on request.",
    "bench": "Measure the speed against its bars.",
}
ABOUT = """A trading desk staffed by language models and run by rules.

Start with `aegis-agents serve --profile demo --until-end`: three recorded days, no account, no key, no network."""


def main() -> None:
    """Run the command line."""
    os.environ.setdefault("LANGGRAPH_STRICT_MSGPACK", "true")
    untraced.settle()
    kernel_cache.settle()
    carry_out(_asked)


def carry_out(work: Callable[[], object]) -> None:
    """Do what was asked; a fault ends the process with one clear line: status 2 for bad input, else 1.

    Ctrl-C before there is anything to drain ends it without a word.
    """
    try:
        work()
    except (AegisError, OSError, ExceptionGroup) as error:
        fault = _named(error)
        if fault is None:
            raise
        print(f"aegis-agents: {fault}", file=sys.stderr)
        sys.exit(2 if isinstance(fault, BadInput) else 1)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def build(arguments: Sequence[str]) -> typer.Typer:
    """The application with the one noun loaded that these arguments ask for."""
    app = typer.Typer(
        help=ABOUT, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
    )
    app.callback()(_begin)
    asked = next((word for word in arguments if not word.startswith("-")), None)
    for noun, about in COMMANDS.items():
        if noun != asked:
            app.command(noun, help=about)(_begin)
            continue
        module = importlib.import_module(f"runtime.cli.{noun}")
        if hasattr(module, "app"):
            app.add_typer(module.app, name=noun, help=about, no_args_is_help=True)
        else:
            app.command(noun)(getattr(module, noun))
    return app


def foreign_package() -> str | None:
    """Which of our top-level packages another distribution has taken, in one line; None when all are ours."""
    ours = Path(__file__).resolve().parents[2]
    for package in PACKAGES:
        spec = importlib.util.find_spec(package)
        origin = Path(spec.origin).resolve() if spec and spec.origin else None
        if origin is None or origin.parents[1] != ours:
            found = origin or "nothing"
            return f"package {package!r} is not ours but {found}; install aegis-agents in an environment of its own"
    return None


def _asked() -> None:
    intruder = foreign_package()
    if intruder:
        sys.exit(f"aegis-agents: {intruder}")
    if Path(".env").is_file():
        from runtime.configuration import options

        for variable, value in options(Path(".env")).items():
            os.environ.setdefault(variable, value)
    build(sys.argv[1:])(prog_name="aegis-agents")


def _named(error: BaseException) -> AegisError | OSError | None:
    """The fault of ours, or of the machine, in an error, also when a group of tasks has wrapped it."""
    if isinstance(error, AegisError | OSError):
        return error
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    return next((fault for fault in map(_named, inner) if fault is not None), None)


def _begin() -> None:
    pass


if __name__ == "__main__":
    main()
