"""The command line, command by command, from the very objects that parse it."""

from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from docs.tables.markdown import NOTHING, code, fence, table, value_text
from runtime.cli.main import COMMANDS, build


def commands() -> str:
    """Every command with what it takes."""
    return "\n\n".join(_section(name, command) for name, command in walk())


def walk() -> Iterator[tuple[str, Any]]:
    """Every command that does something, by its full name."""
    for noun in COMMANDS:
        command = asked(noun)
        inner = getattr(command, "commands", {})
        yield from ((f"{noun} {name}", inner[name]) for name in inner)
        if not inner:
            yield noun, command


def asked(noun: str) -> Any:
    """The command, or the group of commands, behind a noun."""
    known: Any = get_command(build([noun]))
    return known.commands[noun]


def _section(name: str, command: Any) -> str:
    said, _, example = (command.help or "").partition("Example: ")
    parts = [
        f"### `aegis-agents {name}`",
        said.strip(),
        *([fence("console", f"$ {example.strip()}")] if example else []),
    ]
    rows = [_row(param) for param in command.params if not param.hidden]
    return "\n\n".join([*parts, table(("argument", "default", "environment", "meaning"), rows)] if rows else parts)


def _row(param: Any) -> tuple[str, str, str, str]:
    shown = param.metavar or param.name.upper() if param.param_type_name == "argument" else ", ".join(param.opts)
    return code(shown), _default(param), code(param.envvar) if param.envvar else NOTHING, param.help or ""


def _default(param: Any) -> str:
    if param.required:
        return "required"
    return NOTHING if param.default in (None, False) else value_text(getattr(param.default, "value", param.default))
