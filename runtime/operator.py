"""What a person may tell a running desk, over a socket only this user can open. Every command is recorded.

One JSON object a line: `{"command": "status"}` is answered by one JSON object. `kill` sets the latch, which only a
person removes; `stop` drains and ends. Both are one step and always work. What a command needs beside its name stands
in the same object; `posture` is heard only from the user who owns the desk. `reset-models` lets models be asked again
that kept failing.
"""

import asyncio
import json
import os
import pwd
import socket
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

from core.facts.people import OperatorCommanded
from core.ports.clock import Clock
from core.record.envelope import Draft
from runtime.projections import Projections

Answer = dict[str, Any]


class Peer(NamedTuple):
    """Who is at the other end of the socket, as the kernel says."""

    user: int
    name: str

    @property
    def owns(self) -> bool:
        """Whether the desk runs under this user."""
        return self.user == os.geteuid()


class Asked(NamedTuple):
    """A command as it came: from whom, and what was said beside its name."""

    peer: Peer
    said: dict[str, Any]


Command = Callable[[Asked], Awaitable[Answer]]
LONGEST_LINE = 4096
PATIENCE = 2.0
"""Seconds that whoever asks waits for an answer; a stopped process would never give one."""
_CREDENTIALS = struct.Struct("3i")


class Operator:
    """Listens on control.sock and carries out a closed set of commands."""

    def __init__(self, path: Path, projections: Projections, clock: Clock, commands: dict[str, Command]) -> None:
        self._path = path
        self._books = projections
        self._clock = clock
        self._commands = commands
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Begin to listen; a socket left behind by a dead process is replaced."""
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self._path, limit=LONGEST_LINE)
        os.chmod(self._path, 0o600)

    async def close(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
            self._server = None
            self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await reader.readline()
            answer = await self._answer(line, _peer(writer.get_extra_info("socket")))
        except ValueError:
            answer = {"error": f"a command is one line of at most {LONGEST_LINE} bytes"}
        writer.write(json.dumps(answer).encode() + b"\n")
        await writer.drain()
        writer.close()

    async def _answer(self, line: bytes, peer: Peer) -> Answer:
        try:
            asked = json.loads(line)
            name = asked["command"]
            command = self._commands[name]
        except (ValueError, TypeError, KeyError, RecursionError):
            return {"error": f"not a command; known are {', '.join(self._commands)}"}
        answer = await command(Asked(peer, asked))
        if name != "status":
            await self._record(name, peer.name, str(answer.get("result") or answer.get("error", "done")))
        return answer

    async def _record(self, command: str, who: str, result: str) -> None:
        head = await self._books.head()
        identity = f"operator.{command}.{head.position + 1}"
        fact = OperatorCommanded(command, who, "control.sock", result)
        await self._books.append([Draft("desk", identity, self._clock.now(), fact, identity, identity)])


async def ask(path: Path, command: str, **said: Any) -> Answer:
    """Send one command to the desk that listens at `path` and return its answer; TimeoutError if it is silent."""
    async with asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_unix_connection(path)
        try:
            writer.write(json.dumps({"command": command, **said}).encode() + b"\n")
            line = await reader.readline()
        finally:
            writer.close()
    if not line:
        raise ConnectionRefusedError(f"the desk at {path} closed without an answer")
    return dict(json.loads(line))


def _peer(connection: socket.socket) -> Peer:
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    user = _CREDENTIALS.unpack(raw)[1]
    try:
        return Peer(user, pwd.getpwuid(user).pw_name)
    except KeyError:
        return Peer(user, f"user {user}")
