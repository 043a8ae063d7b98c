"""The tables of the ladders: S1 as it ships, and thresholds out of order refused by name."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from core.desk.rungs import Ladders, Rung
from core.errors import BadInput
from runtime.settings import load

LADDERS = Ladders()
SHIPPED = {
    "api": [("limited", "5"), ("restricted", "30"), ("safe", "300")],
    "network": [("limited", "3"), ("safe", "10"), ("shutdown", "30")],
}


@pytest.mark.parametrize("ladder", SHIPPED)
def test_what_ships_is_the_table_of_the_requirements(ladder: Any) -> None:
    assert [(rung.state, str(rung.after_seconds)) for rung in LADDERS.of(ladder)] == SHIPPED[ladder]


def test_the_file_that_ships_says_what_the_code_says() -> None:
    read = load("demo", None, {}, Path("no.env")).settings.continuity
    assert structs.replace(read, silence="counts") == LADDERS and read.silence == "ignored"


@pytest.mark.parametrize(
    ("figure", "counts"),
    [("0.4999", []), ("0.5", ["limited"]), ("2", ["limited"]), ("2.0001", ["limited", "restricted"])],
)
def test_the_bounds_of_a_mismatch_are_exact(figure: str, counts: list[str]) -> None:
    assert [rung.state for rung in LADDERS.mismatch if rung.counts(Decimal(figure))] == counts


def rung(state: Any, after: str | None = "5", quiet: str = "5", **more: Any) -> Rung:
    return Rung(state, Decimal(quiet), None if after is None else Decimal(after), **more)


REFUSED: dict[str, tuple[tuple[Rung, ...], str]] = {
    "thresholds": (
        (rung("limited", "5"), rung("safe", "5")),
        "continuity.feed.safe.after_seconds: thresholds are out of order: must be above that of 'limited', 5, found 5",
    ),
    "states": (
        (rung("safe", "5"), rung("limited", "6")),
        "continuity.feed.limited.state: must be stricter than 'safe'",
    ),
    "twice": ((rung("safe", "5"), rung("safe", "6")), "continuity.feed.safe.state"),
    "figures": (
        (rung("limited", least=Decimal(2)), rung("safe", "6", least=Decimal(1))),
        "continuity.feed.safe.least: must not be below that of 'limited', 2",
    ),
    "no way in": ((rung("limited", None),), "continuity.feed.limited: no way in"),
    "normal": ((rung("normal"),), "continuity.feed.normal.state"),
    "quiet": ((rung("limited", quiet="0"),), "continuity.feed.limited.quiet_seconds"),
    "one flap": ((rung("limited", flaps=1),), "continuity.feed.limited.flaps"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_table_that_makes_no_sense_is_refused_by_name(name: str) -> None:
    rungs, said = REFUSED[name]
    with pytest.raises(BadInput) as refused:
        Ladders(feed=rungs)
    assert said in str(refused.value)


def test_the_fault_names_the_file_it_stands_in(tmp_path: Path) -> None:
    table = '[[continuity.api]]\nstate = "limited"\nafter_seconds = 9\nquiet_seconds = 5\n'
    (tmp_path / "continuity.toml").write_text(table + table.replace("limited", "safe").replace("9", "8"))
    with pytest.raises(BadInput, match=r"continuity\.api\.safe\.after_seconds.*out of order"):
        load("demo", tmp_path, {}, Path("no.env"))
