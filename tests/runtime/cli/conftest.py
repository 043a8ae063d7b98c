"""The command line, called as a person calls it, inside this process."""

import gc
import io
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from runtime.cli.main import main


class Said(NamedTuple):
    """What a call of the command came to."""

    code: int
    out: str
    err: str


Aegis = Callable[..., Said]


@pytest.fixture
def aegis(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Aegis:
    """Calls `aegis-agents` with these words."""

    def call(*words: object, stdin: bytes = b"") -> Said:
        monkeypatch.setattr(sys, "argv", ["aegis-agents", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        captured = capsys.readouterr()
        if isinstance(code, str):
            return Said(1, captured.out, captured.err + code)
        return Said(code or 0, captured.out, captured.err)

    return call


@pytest.fixture
def let_go() -> Iterator[None]:
    """Throws away what a process closes by ending: the lock of the state folder, which the command never gives up."""
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        yield
        gc.collect()
