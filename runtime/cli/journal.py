"""`aegis-agents journal`: read the record. Nothing here can change it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from core.errors import BadInput
from core.ports.journal import Chain, Journal, Verified
from core.record.audit import mentioned
from core.record.codec import encode
from core.record.envelope import Recorded
from runtime.cli.essentials import clock, essentials, line
from runtime.cli.opening import StateOption
from runtime.cli.terminal import printable
from runtime.state_folder import StateFolder

app = typer.Typer(no_args_is_help=True)
JournalOption = Annotated[Path | None, typer.Option("--journal", help="Journal file, instead of --state.")]
ChainOption = Annotated[Chain, typer.Option("--chain", help="Decisions, or measured durations.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
CHAINS: tuple[Chain, ...] = ("decisions", "operations")


@app.callback()
def _journal() -> None:
    """Read the record: check it, list it, look into one event."""


@app.command()
def verify(state: StateOption = None, journal: JournalOption = None, as_json: JsonOption = False) -> None:
    """Recompute every hash and every blob; exit 1 and name the first bad sequence number if one is wrong.

    Example: aegis-agents journal verify --state ./state
    """
    path = _path(state, journal)
    results = asyncio.run(_verify(path))
    broken = {chain: result for chain, result in results.items() if result.broken is not None}
    if as_json:
        chains = {chain: _figures(result) for chain, result in results.items()}
        typer.echo(encode({"journal": str(path), "intact": not broken, "chains": chains}))
    elif not broken:
        typer.echo("intact: " + "; ".join(_intact(chain, result) for chain, result in results.items()))
    else:
        for chain, result in broken.items():
            typer.echo(f"broken at sequence number {result.broken} of {chain}: {result.reason}")
    raise typer.Exit(1 if broken else 0)


@app.command()
def tail(
    state: StateOption = None,
    journal: JournalOption = None,
    count: Annotated[int, typer.Option("-n", "--count", min=0, help="How many of the last events.")] = 20,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what is appended, until Ctrl-C.")] = False,
    chain: ChainOption = "decisions",
    as_json: JsonOption = False,
) -> None:
    """Print the last events, one line each, times in UTC.

    Example: aegis-agents journal tail -n 50 --follow --state ./state
    """
    with suppress(KeyboardInterrupt):
        asyncio.run(_tail(_path(state, journal), chain, count, follow, as_json))


@app.command()
def show(
    event: Annotated[str, typer.Argument(metavar="ID|POSITION", help="An event's identity or its sequence number.")],
    state: StateOption = None,
    journal: JournalOption = None,
    chain: ChainOption = "decisions",
    as_json: JsonOption = False,
) -> None:
    """Print one event whole: where it came from, its data, and the bytes it refers to.

    Example: aegis-agents journal show 17 --state ./state
    """
    path = _path(state, journal)
    recorded, blobs = asyncio.run(_look_up(path, chain, event))
    if as_json:
        typer.echo(encode(_plain(recorded) | {"blobs": blobs}))
        return
    for name, value in _fields(recorded, chain).items():
        typer.echo(f"{name:<13} {printable(value)}")
    typer.echo(f"\n{printable(_indented(encode(recorded.fact)))}")
    for digest, text in blobs.items():
        typer.echo(f"\nblob {digest}\n{printable(text)}")


def _path(state: Path | None, journal: Path | None) -> Path:
    path = journal or (StateFolder(state).journal if state else None)
    if path is None:
        raise BadInput("which journal? Give --state DIR, --journal FILE, or set AEGIS_STATE")
    if not path.is_file():
        raise BadInput(f"no journal at {path}")
    return path


@asynccontextmanager
async def _opened(path: Path) -> AsyncIterator[Journal]:
    from tools.journals.sqlite import SqliteJournal

    journal = SqliteJournal.open(path, readonly=True)
    try:
        yield journal
    finally:
        await journal.close()


async def _verify(path: Path) -> dict[Chain, Verified]:
    async with _opened(path) as journal:
        return {chain: await journal.verify(chain) for chain in CHAINS}


def _intact(chain: Chain, result: Verified) -> str:
    return f"{chain} {result.events} events, head {result.head.hash.hex()}"


def _figures(result: Verified) -> dict[str, int | str | None]:
    head = result.head.hash.hex()
    return {"events": result.events, "head": head, "broken": result.broken, "reason": result.reason}


async def _tail(path: Path, chain: Chain, count: int, follow: bool, as_json: bool) -> None:
    async with _opened(path) as journal:
        after = max(0, (await journal.head(chain)).position - count)
        events = journal.follow(chain=chain, after=after) if follow else journal.read(chain=chain, after=after)
        async for recorded in events:
            typer.echo(encode(_plain(recorded)) if as_json else line(recorded))


async def _look_up(path: Path, chain: Chain, event: str) -> tuple[Recorded, dict[str, str]]:
    async with _opened(path) as journal:
        recorded = (
            await _at(journal, chain, int(event))
            if event.isdecimal() and len(event) < 19
            else await journal.find(event)
        )
        if recorded is None:
            raise BadInput(f"no event {event!r} in the journal at {path}")
        blobs = {name: await journal.blob(name) for name in mentioned(encode(recorded.envelope))}
        return recorded, {name: _readable(data) for name, data in blobs.items() if data is not None}


async def _at(journal: Journal, chain: Chain, position: int) -> Recorded | None:
    async for recorded in journal.read(chain=chain, after=position - 1):
        return recorded if recorded.position == position else None
    return None


def _plain(recorded: Recorded) -> dict[str, Any]:
    return {"position": recorded.position, "hash": recorded.hash.hex(), "event": recorded.envelope}


def _fields(recorded: Recorded, chain: Chain) -> dict[str, str]:
    envelope = recorded.envelope
    return {
        "event": f"{recorded.position} of {chain}",
        "id": envelope.id,
        "at": f"{clock(envelope.timestamp)} UTC",
        "type": envelope.type,
        "stream": f"{envelope.stream}, version {envelope.version}",
        "caused by": envelope.metadata.causation,
        "goes back to": envelope.metadata.correlation,
        "hash": recorded.hash.hex(),
        "in short": essentials(recorded.fact),
    }


def _readable(data: bytes) -> str:
    try:
        return _indented(data)
    except msgspec.DecodeError:
        pass
    try:
        return data.decode()
    except UnicodeDecodeError:
        return f"{len(data)} bytes that are not text"


def _indented(body: bytes) -> str:
    return msgspec.json.format(body, indent=2).decode()
