"""The file of a paper account: append-only JSON lines, written before anything is answered.

A process that dies while writing leaves a last line without its end; nobody was told of it, so it is dropped. Anything
else that cannot be read, or does not follow from the lines before, stops the start, because money would be wrong.
"""

import os
from pathlib import Path

import msgspec

from core.errors import Halt
from tools.brokers.account import Account, AccountOpened, Entry


class Ledger:
    """The file at a path. An entry that `append` returned from survives the death of this process."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def open(self, opened: AccountOpened) -> Account:
        """The account that the file holds, or a new one with its first entry; a torn last line is cut off."""
        account = None
        for number, line in enumerate(_whole_lines(self._path), 1):
            try:
                account = _followed(account, _decoder.decode(line), opened)
            except (msgspec.DecodeError, Halt) as error:
                raise Halt(f"paper ledger {self._path.name!r}, line {number}: {error}") from error
        if account is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self.append(opened)
            account = Account(opened)
        return account

    def append(self, entry: Entry) -> None:
        """Write one entry; when it cannot be written whole, none of it stays."""
        line = msgspec.json.encode(entry) + b"\n"
        with open(self._path, "ab", buffering=0, opener=_private) as file:
            end = file.tell()
            try:
                if file.write(line) != len(line):
                    raise OSError(f"paper ledger {self._path.name!r}: an entry could not be written whole")
            except OSError:
                file.truncate(end)
                raise


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _whole_lines(path: Path) -> list[bytes]:
    if not path.exists():
        return []
    data = path.read_bytes()
    end = data.rfind(b"\n") + 1
    if end < len(data):
        os.truncate(path, end)
    return data[:end].split(b"\n")[:-1]


def _followed(account: Account | None, entry: Entry, expected: AccountOpened) -> Account:
    if account is not None:
        account.apply(entry)
        return account
    if not isinstance(entry, AccountOpened):
        raise Halt("does not open an account")
    if (entry.account, entry.cash.currency) != (expected.account, expected.cash.currency):
        raise Halt(
            f"belongs to account {entry.account!r} in {entry.cash.currency}, "
            f"not to {expected.account!r} in {expected.cash.currency}"
        )
    return Account(entry)


_decoder: msgspec.json.Decoder[Entry] = msgspec.json.Decoder(Entry)
