"""`aegis-agents simulate`: servers of this machine that behave as the real ones do, and outages of all of them."""

import asyncio
import signal
import sys
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, NamedTuple

import msgspec
import typer

from core.errors import BadInput

if TYPE_CHECKING:
    from runtime.incidents import Played
    from tools.simulators.provider.conversation import Flavour
    from tools.simulators.provider.record import Seen, Totals
    from tools.simulators.provider.simulation import Simulation

CONFIGURED: dict["Flavour", tuple[str, str]] = {
    "openai": ("openai", "OPENAI_API_KEY"),
    "deepseek": ("deepseek", "DEEPSEEK_API_KEY"),
    "anthropic": ("anthropic", "ANTHROPIC_API_KEY"),
    "gemini": ("google", "GEMINI_API_KEY"),
}
"""What each provider is called in the configuration that ships, and the variable of its key."""

app = typer.Typer(no_args_is_help=True)


class Persona(StrEnum):
    """Who answers."""

    rules = "rules"
    scripted = "scripted"
    obedient = "obedient"
    adversarial = "adversarial"
    random_valid = "random-valid"


class Manner(NamedTuple):
    """How any simulator tells what it sees, and when it ends."""

    as_json: bool
    until: int | None


@app.callback()
def _simulate(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")] = False,
    until: Annotated[int | None, typer.Option(min=1, help="End after so many requests.", show_default=False)] = None,
) -> None:
    """Servers of this machine that behave as the real ones do, with faults on request."""
    context.obj = Manner(as_json, until)


@app.command()
def providers(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Where to listen; 0 takes a free port.")] = 0,
    persona: Annotated[Persona | None, typer.Option(help="Who answers; rules without.", show_default=False)] = None,
    seed: Annotated[int | None, typer.Option(help="Of all that is left to chance.", show_default=False)] = None,
    fault: Annotated[list[str] | None, typer.Option(help="What goes wrong and how often, as slow=0.1.")] = None,
    script: Annotated[Path | None, typer.Option(help="A whole simulation in TOML.", show_default=False)] = None,
) -> None:
    """Serve models that are none, as OpenAI, DeepSeek, Anthropic and Gemini do, until Ctrl-C.

    Example: aegis-agents simulate --until 100 providers --persona rules --seed 7 --fault slow=0.1 --fault 503=0.05
    """
    from tools.simulators.provider.simulation import read, simulated

    told = {"persona": persona.value if persona else None, "seed": seed, "faults": _shares(fault)}
    changes = {name: value for name, value in told.items() if value is not None}
    simulation = read(script, changes) if script else simulated(changes, "simulate providers")
    asyncio.run(_serve(simulation, port, context.obj))


class Kind(StrEnum):
    """What happens."""

    api_outage = "api-outage"
    feed_loss = "feed-loss"
    flap = "flap"
    mismatch = "mismatch"


@app.command()
def incident(
    context: typer.Context,
    kind: Annotated[Kind, typer.Argument(help="What happens.", show_default=False)],
    config_dir: Annotated[Path | None, typer.Option(help="Folder with your own files.", show_default=False)] = None,
) -> None:
    """Play an outage against an embedded desk, at speed, and hold what it did against its table.

    Exits 0 only if each rung was entered and left as the table says.

    Example: aegis-agents simulate incident feed-loss
    """
    from runtime.incidents import play
    from runtime.settings import load
    from runtime.state_folder import StateFolder

    loaded = load("demo", config_dir, {"AEGIS_MODELS__ROSTER": "rules"})
    with TemporaryDirectory(prefix="aegis-incident-") as folder:
        played = play(loaded, StateFolder(Path(folder)), kind.value)
    manner: Manner = context.obj
    _echo(msgspec.json.encode(played).decode() if manner.as_json else timeline(played))
    if played.faults:
        raise typer.Exit(1)


def timeline(played: "Played") -> str:
    """What happened, for a person: seconds since the desk opened, what happened, and whether that was right."""
    rows = [f"{entry.at:>8.1f} s  {entry.text}" for entry in played.timeline]
    judged = [f"WRONG: {fault}" for fault in played.faults] or [
        f"right: {len(played.expected)} moves, each as its table says"
    ]
    return "\n".join([f"{played.incident}: {played.about}", "", *rows, "", *judged])


def greeting(bases: "dict[Flavour, str]") -> list[str]:
    """What is to be set so that the desk asks here, for a shell and as TOML."""
    shell = ["# in a shell, before the desk is started:"]
    table = ["# or in a profile, with the variables of the keys set to anything:"]
    for flavour, base in bases.items():
        name, variable = CONFIGURED[flavour]
        setting = f"AEGIS_MODELS__PROVIDERS__{name.upper()}"
        shell += [f"export {setting}__BASE_URL={base} {setting}__ORIGIN=simulator {variable}=simulated"]
        table += [f"[models.providers.{name}]", f'base_url = "{base}"', 'origin = "simulator"']
    return [*shell, "", *table, ""]


def line(seen: "Seen") -> str:
    """One request, for a person."""
    called = f"{seen.number:>5}  {seen.status}  {seen.flavour or '-':<10} {seen.model or seen.path}"
    tokens = seen.tokens
    told = [
        "stream" if seen.stream else "",
        f"{seen.latency_ms:.0f} ms" if seen.latency_ms else "",
        f"{tokens.input} ({tokens.cached} cached) + {tokens.output + tokens.reasoning} tokens" if tokens else "",
        f"fault {seen.fault}" if seen.fault else "",
        seen.error or "",
    ]
    return ", ".join([called, *filter(None, told)])


def closing(totals: "Totals") -> str:
    """What came of it all, for a person."""
    told: list[tuple[str, dict[str, int]]] = [
        ("by status", {str(status): count for status, count in totals.by_status.items()}),
        ("faults", totals.by_fault),
        ("models", totals.by_model),
    ]
    rows = [f"{name}: {', '.join(f'{each} {count}x' for each, count in row.items())}" for name, row in told if row]
    return "\n".join(["", f"{totals.requests} requests", *rows])


async def _serve(simulation: "Simulation", port: int, manner: Manner) -> None:
    from tools.simulators.provider.application import Provider
    from tools.simulators.provider.server import ProviderServer

    over = asyncio.Event()

    def tell(seen: "Seen") -> None:
        _echo(msgspec.json.encode(seen.told()).decode() if manner.as_json else line(seen))
        if provider.record.totals().requests == manner.until:
            over.set()

    provider = Provider(simulation, tell)
    server = ProviderServer(provider)
    await server.open(port)
    try:
        for each in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(each, over.set)
        bases = server.bases()
        _echo(msgspec.json.encode({"bases": bases}).decode() if manner.as_json else "\n".join(greeting(bases)))
        await over.wait()
    finally:
        await server.close()
    totals = provider.record.totals()
    _echo(msgspec.json.encode(totals).decode() if manner.as_json else closing(totals))


def _shares(faults: list[str] | None) -> dict[str, float] | None:
    if not faults:
        return None
    shares = {}
    for each in faults:
        name, _, share = each.partition("=")
        try:
            shares[name] = float(share)
        except ValueError:
            raise BadInput(f"--fault {each}: expected a name and a share, as slow=0.1") from None
    return shares


def _echo(text: str) -> None:
    typer.echo(text)
    sys.stdout.flush()
