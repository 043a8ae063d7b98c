"""What a person may tell a running desk, over a socket only this user can open. Every command is recorded.

One JSON object a line: `{"command": "status"}` is answered by one JSON object. `kill` sets the latch, which only a
person removes; `stop` drains and ends; `reset-models` lets models be asked again that kept failing. Each is one step.
"""

import asyncio
import json
import os
import pwd
import socket
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from core.facts.people import OperatorCommanded
from core.ports.clock import Clock
from core.record.envelope import Draft
from runtime.projections import Projections

Answer = dict[str, Any]
Command = Callable[[], Awaitable[Answer]]
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
            answer = await self._answer(line, _who(writer.get_extra_info("socket")))
        except ValueError:
            answer = {"error": f"a command is one line of at most {LONGEST_LINE} bytes"}
        writer.write(json.dumps(answer).encode() + b"\n")
        await writer.drain()
        writer.close()

    async def _answer(self, line: bytes, who: str) -> Answer:
        try:
            asked = json.loads(line)
            name = asked["command"]
            command = self._commands[name]
        except (ValueError, TypeError, KeyError, RecursionError):
            return {"error": f"not a command; known are {', '.join(self._commands)}"}
        answer = await command()
        if name != "status":
            await self._record(name, who, str(answer.get("result", "done")))
        return answer

    async def _record(self, command: str, who: str, result: str) -> None:
        head = await self._books.head()
        identity = f"operator.{command}.{head.position + 1}"
        fact = OperatorCommanded(command, who, "control.sock", result)
        await self._books.append([Draft("desk", identity, self._clock.now(), fact, identity, identity)])


async def ask(path: Path, command: str) -> Answer:
    """Send one command to the desk that listens at `path` and return its answer; TimeoutError if it is silent."""
    async with asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_unix_connection(path)
        try:
            writer.write(json.dumps({"command": command}).encode() + b"\n")
            line = await reader.readline()
        finally:
            writer.close()
    if not line:
        raise ConnectionRefusedError(f"the desk at {path} closed without an answer")
    return dict(json.loads(line))


def _who(connection: socket.socket) -> str:
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    user = _CREDENTIALS.unpack(raw)[1]
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"
