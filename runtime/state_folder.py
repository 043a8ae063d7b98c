"""The one folder that holds everything a desk must not lose, and the lock that says who owns it."""

import fcntl
import os
from pathlib import Path
from typing import IO

from core.errors import BadInput

LONGEST_SOCKET = 107
"""Bytes that the path of a Unix socket may have, everywhere Linux runs."""


class StateFolder:
    """Paths and ownership. Opening it changes nothing; `claim` takes it for this process until it ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.journal = path / "journal.db"
        self.broker = path / "paper-broker.jsonl"
        self.latch = path / "kill.latch"
        self.socket = path / "control.sock"
        self._lock: IO[str] | None = None

    def claim(self, account: str) -> None:
        """Own this account's lock, or say which process does. Checked before any other side effect."""
        if len(os.fsencode(self.socket)) > LONGEST_SOCKET:
            raise BadInput(
                f"state folder {self.path}: too long a path for the socket in it, which may have at most "
                f"{LONGEST_SOCKET} bytes; choose a shorter one with --state"
            )
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.fdopen(
                os.open(self.path / f"account-{account}.lock", os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8"
            )
        except OSError as error:
            raise BadInput(f"state folder {self.path}: {error.strerror}; choose another with --state") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            owner = lock.read().strip() or "unknown"
            lock.close()
            raise BadInput(
                f"state folder {self.path} is in use by process {owner} (account {account}); "
                f"stop it with `aegis-agents desk stop --state {self.path}`, or choose another folder with --state"
            ) from error
        lock.seek(0)
        lock.truncate()
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def release(self) -> None:
        """Give the folder up. May be called twice."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def latched(self) -> bool:
        """Whether the kill latch is set: a file that only a person removes."""
        return self.latch.exists()

    def set_latch(self, reason: str) -> None:
        """Set the latch; it survives restarts."""
        descriptor = os.open(self.latch, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, f"{reason}\n".encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
