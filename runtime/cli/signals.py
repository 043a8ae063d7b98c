"""`aegis-agents signals`: what a series of prices says, and how packages are wired."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from core.errors import BadInput
from runtime.cli.opening import ConfigOption, ProfileOption, StateOption, settings_of

if TYPE_CHECKING:
    from core.signals.scanner import Candidate
    from runtime.explanation import Explanation
    from runtime.scanning import Scanned

SHOWN = 5
"""Triggers that are printed, of the last."""
NAMED = 10
"""Symbols that are named of those left out for one reason."""
DRAWN = 250
"""Bars that are drawn, the last."""

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _signals() -> None:
    """What a series of prices says, and how packages are wired."""


@app.command()
def explain(
    symbol: Annotated[str, typer.Argument(help="Which one, as the file writes it, or MARKET:SYMBOL.")],
    data: Annotated[Path, typer.Option(help="Recorded quotes, or bars with ts/open/high/low/close: CSV or parquet.")],
    plot: Annotated[Path | None, typer.Option(help="Draw the last 250 bars into this file, .svg or .png.")] = None,
    profile: ProfileOption = "demo",
    config_dir: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Explain a recorded series: headline, indicators, judgements, price shocks, data quality.

    Example: aegis-agents signals explain IBM --data evals/data/ibm-spy-minutes-2013-10.csv.gz --plot ibm.svg
    """
    from runtime.explanation import explained, observe, view
    from runtime.plotting import last_bars, written

    observed = observe(data, symbol, settings_of(profile, config_dir).settings)
    told, drawn = explained(observed)
    if plot is not None:
        picture = written(plot.suffix, last_bars(view(told, observed, drawn), DRAWN))
        try:
            plot.write_bytes(picture)
        except OSError as error:
            raise BadInput(f"plot {plot}: {error.strerror}; choose another place with --plot") from error
    typer.echo(msgspec.json.encode(told) if as_json else "\n".join(lines(told)))
    if plot is not None:
        typer.echo(f"\nwrote {plot}", err=as_json)


@app.command()
def scan(
    data: Annotated[Path, typer.Option(help="Daily bars of many symbols, with volume if known.")],
    state: StateOption = None,
    currency: Annotated[str, typer.Option(help="Of the prices; the desk's own if not given.")] = "",
    profile: ProfileOption = "demo",
    config_dir: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say what moves enough to be looked at, who was left out and why, and what a cycle would evaluate.

    Holdings and open orders of a desk are those of its state folder; without one there are none.

    Example: aegis-agents signals scan --data daily.parquet --state ~/.local/state/aegis/paper
    """
    from runtime.scanning import scanned

    told = scanned(data, settings_of(profile, config_dir).settings, currency, state)
    typer.echo(msgspec.json.encode(told) if as_json else "\n".join(scan_lines(told)))


@app.command()
def graph(
    file: Annotated[Path | None, typer.Argument(help="A package set in TOML or JSON.", show_default=False)] = None,
) -> None:
    """Print a set of packages as mermaid; without a file, the example that ships.

    Example: aegis-agents signals graph evals/data/packages/example.toml
    """
    from core.signals.packages.drawing import drawn
    from runtime.packages import EXAMPLE, plan_of

    typer.echo(drawn(plan_of(file or EXAMPLE)))


def lines(told: "Explanation") -> list[str]:
    """The explanation for a person."""
    head = told.headline
    bar = "" if head.bar_pct is None else f", {head.bar_pct:+} % in the last bar"
    return [
        f"{told.symbol} {head.last:f}{bar}, {head.change:+f} ({head.change_pct:+} %) since {told.first}",
        head.trend,
        "",
        *_indicators(told),
        "",
        *_judgements(told),
        "",
        *_triggers(told),
        "",
        *_quality(told),
    ]


def scan_lines(told: "Scanned") -> list[str]:
    """The scan for a person."""
    columns = ("candidate", "score", "signal", "price", "change %", "volatility %", "volume ratio", *_PROXIES)
    rows = [columns, *map(_candidate, told.scan.candidates)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(columns))]
    reasons: dict[str, list[str]] = {}
    for key, reason in told.scan.unfit.items():
        reasons.setdefault(_UNFIT[reason], []).append(key)
    return [
        f"{told.seen} symbols on {told.date}",
        "",
        *("  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True)) for row in rows),
        "",
        *(f"left out, {why}: {len(keys)} ({_named(keys)})" for why, keys in sorted(reasons.items())),
        f"a cycle evaluates: {', '.join(told.evaluated) or 'nothing'}",
    ]


_PROXIES = ("RSI proxy", "volume proxy")
"""Not measured: made of the day's change alone, and no rule may read them as more."""
_UNFIT = {
    "unpriced": "no price on that date",
    "unmeasured": "no bar before it to compare with",
    "quiet": "it moves too little",
    "cheap": "it costs too little",
}


def _candidate(found: "Candidate") -> tuple[str, ...]:
    ratio = "-" if found.volume_ratio is None else f"{found.volume_ratio:.2f}"
    return (
        found.key,
        f"{found.score:.1f}",
        found.signal,
        f"{found.price:f}",
        f"{found.change_pct:+.2f}",
        f"{found.volatility_pct:.2f}",
        ratio,
        f"{found.rsi_proxy:.1f}",
        f"{found.volume_proxy:.2f}",
    )


def _named(keys: list[str]) -> str:
    more = f" and {len(keys) - NAMED} more" if len(keys) > NAMED else ""
    return ", ".join(keys[:NAMED]) + more


def _indicators(told: "Explanation") -> list[str]:
    rows = [("indicator", "value", "unit", "what it means")]
    return _aligned([*rows, *((each.name, _number(each.value), each.unit, each.means) for each in told.indicators)])


def _judgements(told: "Explanation") -> list[str]:
    return _aligned([("judgement", "says", "", "why"), *((e.name, e.says, "", e.means) for e in told.judgements)])


def _aligned(rows: list[tuple[str, str, str, str]]) -> list[str]:
    first, second, third = (max(len(row[column]) for row in rows) for column in range(3))
    return [f"{a:<{first}}  {b:>{second}}  {f'{c:<{third}}  ' if third else ''}{d}" for a, b, c, d in rows]


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.4f}" if abs(value) < 1000 else f"{value:,.2f}"


def _triggers(told: "Explanation") -> list[str]:
    from runtime.cli.essentials import clock

    if told.triggers is None:
        return [f"price shocks: not looked for, bars of {_span(told.step_minutes * 60)} are too far apart"]
    if not told.triggers:
        return ["price shocks: none"]
    last = told.triggers[-SHOWN:]
    return [
        f"price shocks: {len(told.triggers)}, the last {len(last)}",
        *(f"  {clock(each.at)[:19]}  {each.price:f}  {each.reason}" for each in last),
    ]


def _quality(told: "Explanation") -> list[str]:
    seen = told.quality
    doubted = ", ".join(f"{reason} {count}" for reason, count in sorted(seen.doubted.items())) or "none"
    gaps = f"{seen.gaps} longer than {_span(seen.gap_after / 1e9)}"
    longest = f", the longest {_span(seen.longest_gap / 1e9)}" if seen.gaps else ""
    apart = f" of {_span(told.step_minutes * 60)}" if told.step_minutes else ""
    return [
        f"data: {seen.rows} rows, {told.bars} bars{apart}, {told.first} to {told.last}",
        f"  gaps: {gaps}{longest}",
        f"  rows doubted and left out: {doubted}",
    ]


def _span(seconds: float) -> str:
    """A length of time in words."""
    left, parts = round(seconds), []
    for length, unit in ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        count, left = divmod(left, length)
        parts += [f"{count} {unit}"] if count else []
    return " ".join(parts) or "0 s"
