"""Cassettes as files, in vcrpy's format: its version 1, plain or gzip (`.yaml.gz`).

Either plays what the other wrote. Ours says under `made`, which vcrpy overlooks, who gave its answers. Requests are
written with a line for each value of their JSON, since they are compared by what they say; answers are written as they
came, byte for byte. Text of several lines becomes a block where YAML gives one back unchanged, else a quoted string.
"""

import gzip
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml
from msgspec import Struct

from core.errors import BadInput
from tools.llm.cassettes.exchange import Answer, Asked, Headers, Interaction, readable
from tools.llm.endpoints import Answering

FORMAT = 1
ENDINGS = (".yaml", ".yaml.gz")
HEADING = """\
# Calls to models as they were recorded, in vcrpy's format, sorted by address and body; the same request asked twice
# keeps its order. Keys, account ids and headers that tell of a machine were taken out.
"""


class Label(Struct, frozen=True):
    """How a cassette was made."""

    origin: Answering | None = None
    """Who answered; None in a file that does not say, as others write it."""
    recorded_with: str = ""
    recorded_at: str = ""


class _Body(Struct, frozen=True):
    string: Any = None


class _Status(Struct, frozen=True):
    code: int
    message: str | None = None


class _Request(Struct, frozen=True):
    method: str
    uri: str
    headers: dict[str, list[str] | str] = {}
    body: Any = None


class _Response(Struct, frozen=True):
    status: _Status
    headers: dict[str, list[str] | str] = {}
    body: _Body = _Body()


class _Pair(Struct, frozen=True):
    request: _Request
    response: _Response


class _Document(Struct, frozen=True):
    version: Literal[1]
    interactions: list[_Pair]
    made: Label = Label()


def read(path: Path) -> tuple[Label, list[Interaction]]:
    """What a cassette holds; a file that is none is named with the reason."""
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        document = msgspec.convert(parsed(content.decode()), _Document)
        return document.made, [_interaction(pair) for pair in document.interactions]
    except FileNotFoundError as fault:
        raise BadInput(f"{path}: there is no such cassette; `make record` makes it") from fault
    except (OSError, EOFError, UnicodeError, yaml.YAMLError, msgspec.ValidationError, BadInput) as fault:
        raise BadInput(f"{path}: cannot be read as a cassette: {fault}") from fault


def write(path: Path, label: Label, interactions: Sequence[Interaction]) -> None:
    """Replace a file in one step; the same interactions always give the same bytes."""
    document = {
        "version": FORMAT,
        "made": {name: value for name, value in msgspec.structs.asdict(label).items() if value},
        "interactions": [_plain(each) for each in interactions],
    }
    content = written(document).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)
    os.replace(beside, path)


def parsed(text: str) -> Any:
    """The plain value of YAML; tags that make objects are refused."""
    return yaml.load(text, Loader=_LOADER)


def written(document: dict[str, Any]) -> str:
    """YAML that a person can read and a review can compare."""
    pairs = [pair | {"request": _legible(pair["request"])} for pair in document["interactions"]]
    return HEADING + yaml.dump(
        document | {"interactions": pairs}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120
    )


def _legible(request: dict[str, Any]) -> dict[str, Any]:
    body = request["body"]
    return request | {"body": readable(body.encode()).decode()} if isinstance(body, str) else request


def _plain(interaction: Interaction) -> dict[str, Any]:
    asked, answer = interaction.asked, interaction.answer
    return {
        "request": {
            "method": asked.method,
            "uri": asked.uri,
            "headers": _listed(asked.headers),
            "body": _worded(asked.body) if asked.body else None,
        },
        "response": {
            "status": {"code": answer.status, "message": answer.reason},
            "headers": _listed(answer.headers),
            "body": {"string": _worded(answer.body)},
        },
    }


def _listed(headers: Headers) -> dict[str, list[str]]:
    return {name: [value for other, value in headers if other == name] for name, _ in headers}


def _worded(body: bytes) -> str | bytes:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body


def _interaction(pair: _Pair) -> Interaction:
    asked, answer = pair.request, pair.response
    return Interaction(
        Asked(asked.method, asked.uri, _flat(asked.headers), _octets(asked.body)),
        Answer(answer.status.code, answer.status.message or "", _flat(answer.headers), _octets(answer.body.string)),
    )


def _flat(headers: dict[str, list[str] | str]) -> Headers:
    return tuple((name, value) for name, given in headers.items() for value in _several(given))


def _several(given: list[str] | str) -> Iterable[str]:
    return [given] if isinstance(given, str) else given


def _octets(body: Any) -> bytes:
    if isinstance(body, str):
        return body.encode()
    if body is None or isinstance(body, bytes):
        return body or b""
    raise BadInput(f"a body must be text or bytes, found {type(body).__name__}")


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Writes everything out where it stands, without references to what was written before."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _scalar(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if "\n" not in text else '"' if _NO_BLOCK.search(text) else "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _scalar)

_NO_BLOCK = re.compile(r"[^\n\x20-\x7e\xa0-\u2027\u202a-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]| \n|\A[ \n]| \Z")
"""What YAML would give back changed from a block: tabs, other line ends, control signs, spaces at an edge."""
