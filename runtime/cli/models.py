"""`aegis-agents models`: which models sit where, whether they can be reached, how fast they are and what they cost."""

import asyncio
import os
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer
from msgspec import structs

from core.errors import BadInput
from core.market.instruments import Money
from runtime.cli.opening import ConfigOption, ProfileOption, settings_of
from runtime.cli.terminal import printable

if TYPE_CHECKING:
    from runtime.model_check import Examined
    from runtime.model_settings import ModelSettings

app = typer.Typer(help="Which models sit where: list, check.")
DECISIONS_A_DAY = 10_000
CALLS = {"provider": 10, "simulator": 100}
"""How often a model is asked if nobody says it; the simulator costs nothing."""
RosterOption = Annotated[str | None, typer.Option(help="Another roster than the configured one.", show_default=False)]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object for each model.")]


@app.command("list")
def show(
    profile: ProfileOption = "demo",
    config_dir: ConfigOption = None,
    roster: RosterOption = None,
    as_json: JsonOption = False,
) -> None:
    """List every roster: who sits where, at which provider, and whether its key is set.

    Example: aegis-agents models list --roster combat
    """
    settings = settings_of(profile, config_dir).settings.models
    wanted = [roster] if roster else sorted(settings.rosters)
    for name in wanted:
        for row in _seated(_chosen(settings, name)):
            typer.echo(msgspec.json.encode(row) if as_json else "{roster:<8} {seat:<10} {told}".format(**row))
    if not as_json:
        typer.echo(f"\nprofile {profile}: roster {settings.roster}, tempo {settings.tempo}, {_answering(settings)}")


@app.command()
def check(
    profile: ProfileOption = "demo",
    config_dir: ConfigOption = None,
    roster: RosterOption = None,
    calls: Annotated[
        int | None, typer.Option(min=1, max=1000, help="How often each model is asked; 10, simulated 100.")
    ] = None,
    simulated: Annotated[
        bool, typer.Option("--simulated", help="Ask the simulator in this process instead of the providers.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Ask every model of a roster ordinary questions: reachable, listed, usable, in time, at what price.

    Costs what the calls cost. Exits 1 if a seat cannot be relied on. Example: aegis-agents models check --simulated
    """
    loaded = settings_of(profile, config_dir)
    settings = _chosen(loaded.settings.models, roster)
    settings = structs.replace(settings, answers="simulator" if simulated else "provider")
    found = _examined(settings, calls or CALLS[settings.answers], loaded.prompts)
    for each in found:
        typer.echo(msgspec.json.encode(_row(each)) if as_json else printable(_told(each)))
    if not as_json:
        typer.echo(f"\n{_bill(found)}")
    raise typer.Exit(0 if all(each.well for each in found) else 1)


def _chosen(settings: "ModelSettings", roster: str | None) -> "ModelSettings":
    return structs.replace(settings, roster=roster or settings.roster)


def _seated(settings: "ModelSettings") -> list[dict[str, Any]]:
    rows = []
    for role, seat in settings.seats.items():
        for place, name in enumerate(seat.names):
            terms = settings.catalogue.get(name)
            variable = settings.providers[terms.provider].key if terms else ""
            key = f"{variable} {'is set' if os.environ.get(variable) else 'is not set'}" if variable else "needs no key"
            what = f"{terms.model} at {terms.provider}, thinking {terms.thinking}" if terms else "no model"
            seat_name = role if place == 0 else "  else"
            told = f"{name}: {what}; {key}"
            rows.append({"roster": settings.roster, "seat": seat_name, "role": role, "model": name, "told": told})
    return rows


def _answering(settings: "ModelSettings") -> str:
    if settings.answers == "provider":
        return "the providers answer"
    return "the simulator answers" if settings.answers == "simulator" else f"cassette {settings.cassette} answers"


def _examined(settings: "ModelSettings", calls: int, prompts: tuple[Path, ...]) -> "Sequence[Examined]":
    from runtime.model_check import examine
    from runtime.model_settings import RULES
    from runtime.seating import missing_keys
    from tools.clock import SystemClock, VirtualClock, VirtualLoop

    if all(each.names == (RULES,) for each in settings.seats.values()):
        raise BadInput(f"the roster {settings.roster!r} has no model to check; choose another with --roster")
    missing = missing_keys(settings, os.environ)
    if missing:
        told = ", ".join(f"{variable} (for {name})" for name, variable in missing.items())
        raise BadInput(f"no key: {told}; set it in the environment or in .env, or try --simulated")
    if settings.answers == "provider":
        return asyncio.run(examine(settings, SystemClock(), os.environ, calls, prompts))
    loop = VirtualLoop(SystemClock().now())
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(examine(settings, VirtualClock(loop), {}, calls, prompts))


def _row(each: "Examined") -> dict[str, Any]:
    return {**msgspec.to_builtins(each), "well": each.well}


def _told(each: "Examined") -> str:
    listed = {True: "listed", False: "NOT LISTED", None: "no list"}[each.listed]
    seat = f"({each.role})" if each.stands_in else each.role
    twins = f", the same weights as the {' and the '.join(each.same_weights)}" if each.same_weights else ""
    lines = [
        f"{'ok  ' if each.well else 'FAIL'}  {seat:<11} {each.name}: {each.model} at {each.provider} "
        f"(origin {each.origin}, {listed}){twins}",
        f"{each.usable} of {each.calls} usable; {_times(each)}; "
        f"{f'{_digits(each.cost)} a call' if each.cost else 'price unknown'}",
        *each.faults,
    ]
    return f"\n{'':<18}".join(lines)


def _times(each: "Examined") -> str:
    if each.p95_ms is None:
        return "no time to measure"
    level = {"in time": "in time for", "late": "LATE for"}.get(each.pacing, f"LATE, above {each.pacing}, for")
    return f"p50 {each.p50_ms} ms, p95 {each.p95_ms} ms, {level} {each.deadline_ms} ms"


def _bill(found: "Sequence[Examined]") -> str:
    costs = [each.cost for each in found if not each.stands_in]
    known = [cost for cost in costs if cost is not None]
    if len(known) < len(costs) or not known:
        return "cost of a decision: unknown, because the price of a model is"
    if len({cost.currency for cost in known}) > 1:
        return "cost of a decision: in several currencies, see the calls"
    total = sum(known[1:], known[0])
    return f"cost of a decision: {_digits(total)}; {DECISIONS_A_DAY:,} a day: {total.times(Decimal(DECISIONS_A_DAY))}"


def _digits(cost: Money) -> str:
    return f"{cost.amount.quantize(Decimal('0.000001')):f} {cost.currency}"
