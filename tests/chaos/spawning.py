"""How tests begin, watch and end processes: forked from the zygote, or spawned as a person would."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
"""Real seconds after which something that should have happened counts as never."""


def environment(**values: str) -> dict[str, str]:
    """That of this process, with compiled modules kept even where nothing is written beside the sources."""
    cache = {"PYTHONPYCACHEPREFIX": str(ROOT / "build" / "pycache")} if sys.dont_write_bytecode else {}
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | cache | values


def until(happened: Callable[[], bool], patience: float = PATIENCE) -> bool:
    """Wait in small steps for something; false if it did not happen."""
    end = time.monotonic() + patience
    while not happened():
        if time.monotonic() > end:
            return False
        time.sleep(0.0005)
    return True


@dataclass
class Life:
    """One forked process: its exit status is the negative signal when it was killed."""

    pid: int
    out: Path
    err: Path
    connection: socket.socket

    def signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def ended(self) -> int:
        """Its exit status, when it has ended; may be asked once."""
        with self.connection, self.connection.makefile("rb") as answer:
            try:
                return int(answer.readline())
            except TimeoutError:
                self.signal(signal.SIGKILL)
                raise

    def abandon(self) -> None:
        """Kill it unless somebody has seen it end."""
        if self.connection.fileno() >= 0:
            self.signal(signal.SIGKILL)
            self.connection.close()

    @property
    def told(self) -> list[str]:
        return self.out.read_text().splitlines() if self.out.exists() else []

    @property
    def complaints(self) -> list[str]:
        return self.err.read_text().splitlines() if self.err.exists() else []


class Zygote:
    """The process that forks, as tests see it. Safe to use from several threads."""

    def __init__(self) -> None:
        self._home = TemporaryDirectory(prefix="zygote-")
        self._socket = f"{self._home.name}/s"
        program = [sys.executable, "-m", "tests.chaos.zygote", self._socket]
        self._process = subprocess.Popen(
            program, cwd=ROOT, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._numbers = count()
        self._waking = Lock()
        self._ready = False
        self._begun: list[Life] = []

    def begin(
        self, life: str, environment: Mapping[str, str] | None = None, out: Path | None = None, **asked: Any
    ) -> Life:
        """Fork a process that lives one of LIVES; `out` is where its standard output goes."""
        self._await_ready()
        number = next(self._numbers)
        told, err = (Path(self._home.name) / f"{number}.{stream}" for stream in ("out", "err"))
        out = out or told
        request = {"life": life, "with": asked, "out": str(out), "err": str(err), "environment": environment or {}}
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(PATIENCE)
        connection.connect(self._socket)
        connection.sendall(json.dumps(request).encode() + b"\n")
        pid = b""
        while not pid.endswith(b"\n"):
            pid += connection.recv(1)
        begun = Life(int(pid), out, err, connection)
        self._begun.append(begun)
        return begun

    def close(self) -> None:
        for life in self._begun:
            life.abandon()
        self._process.communicate()
        self._home.cleanup()

    def _await_ready(self) -> None:
        with self._waking:
            if not self._ready and self._process.stdout is not None:
                self._ready = self._process.stdout.readline() == b"ready\n"
        assert self._ready, "the zygote did not come up"


def spawn(folder: Path, *argv: str, **streams: Any) -> subprocess.Popen[bytes]:
    """`aegis-agents` in an interpreter of its own, with nothing prepared."""
    program = [sys.executable, "-m", "runtime.cli.main", *argv]
    return subprocess.Popen(program, cwd=folder, env=environment(), stdin=subprocess.DEVNULL, **streams)


def killed(process: subprocess.Popen[bytes]) -> bool:
    """Kill a process; false if it had already ended."""
    process.send_signal(signal.SIGKILL)
    return process.wait(PATIENCE) == -signal.SIGKILL
