"""`aegis-agents graph`: the graphs, drawn for review."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)


class Graph(StrEnum):
    """The graphs that can be drawn."""

    combat = "combat"


@app.callback()
def _graph() -> None:
    """Draw the graphs for review."""


@app.command()
def draw(
    graph: Annotated[Graph, typer.Argument(help="Which graph.")] = Graph.combat,
    out: Annotated[Path | None, typer.Option(help="Write to this file instead of the screen.")] = None,
) -> None:
    """Print a graph as mermaid.

    Example: aegis-agents graph draw combat --out combat.mmd
    """
    from graphs.combat import combat
    from graphs.drawing import mermaid

    text = mermaid({Graph.combat: combat}[graph]())
    if out is None:
        typer.echo(text)
        return
    out.write_text(text + "\n", encoding="utf-8")
    typer.echo(f"wrote {out}")
