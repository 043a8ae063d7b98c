"""The posture table, and that a file can only make it stricter."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import structs

from core.desk.posture import CEILING, Postures, PostureTerms
from core.errors import BadInput

SHIPPED = Path(__file__).parents[3] / "configs" / "postures.toml"


def test_the_shipped_file_states_the_table() -> None:
    table = tomllib.loads(SHIPPED.read_text())
    assert list(table) == ["postures"]
    shipped = msgspec.convert(table["postures"], Postures)
    assert structs.replace(shipped, switching=structs.replace(shipped.switching, symbol=None)) == Postures()
    assert {name: structs.astuple(shipped.terms(name)) for name in CEILING} == {
        "offensive": (Decimal("2.5"), Decimal("-1.5"), Decimal("3.0"), 5, Decimal(70)),
        "guerrilla": (Decimal("2.0"), Decimal("-1.2"), Decimal("2.4"), 3, Decimal(90)),
        "defensive": (Decimal("1.5"), Decimal("-0.8"), Decimal("1.8"), 2, Decimal(100)),
    }


@pytest.mark.parametrize("posture", CEILING)
@pytest.mark.parametrize(
    ("field", "step"),
    [("entry_pct", "0.01"), ("stop_pct", "-0.01"), ("max_positions", 1), ("limit_share_pct", "-1")],
)
def test_looser_terms_are_refused_by_posture_and_field(posture: Any, field: str, step: Any) -> None:
    terms = CEILING[posture]
    looser = getattr(terms, field) + (step if field == "max_positions" else Decimal(step))
    with pytest.raises(ValueError, match=f"{posture}.{field}: must be from .* found '{looser}'"):
        Postures(**{posture: structs.replace(terms, **{field: looser})})


def test_stricter_terms_are_taken() -> None:
    strict = PostureTerms(Decimal(1), Decimal("-0.5"), Decimal(9), 1, Decimal(100))
    assert Postures(strict, strict, strict).terms("offensive") == strict


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("entry_pct", Decimal(0)),
        ("entry_pct", Decimal("NaN")),
        ("stop_pct", Decimal(0)),
        ("stop_pct", Decimal(1)),
        ("target_pct", Decimal(-1)),
        ("max_positions", 0),
        ("limit_share_pct", Decimal(101)),
    ],
)
def test_terms_that_make_no_sense_are_refused(field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"{field}: must be from .* found '{value}'"):
        structs.replace(CEILING["offensive"], **{field: value})


def test_unknown_terms_are_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="leverage"):
        msgspec.convert({"offensive": {"leverage": 3}}, Postures)


def test_a_posture_of_ones_own_is_found_by_its_name() -> None:
    vigil = structs.replace(CEILING["defensive"], entry_pct=Decimal("0.5"))
    postures = Postures(own={"vigil": vigil})
    assert postures.terms("vigil") == vigil
    assert postures.names == ("offensive", "guerrilla", "defensive", "vigil")
    with pytest.raises(BadInput, match="nothing is called 'attack'; known are offensive, guerrilla, defensive, vigil"):
        postures.terms("attack")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("entry_pct", Decimal("2.51")),
        ("stop_pct", Decimal("-1.6")),
        ("max_positions", 6),
        ("limit_share_pct", Decimal(69)),
    ],
)
def test_a_posture_of_ones_own_is_no_looser_than_the_loosest(field: str, value: Any) -> None:
    Postures(own={"bold": CEILING["offensive"]})
    with pytest.raises(BadInput, match=f"own.bold.{field}: must be from .* found '{value}'"):
        Postures(own={"bold": structs.replace(CEILING["offensive"], **{field: value})})


def test_a_posture_that_ships_has_one_place() -> None:
    with pytest.raises(BadInput, match=r"own\.defensive: this posture ships; its terms are those of \[postures\.def"):
        Postures(own={"defensive": CEILING["offensive"]})


def test_a_name_that_is_none_is_refused_when_it_is_read() -> None:
    with pytest.raises(msgspec.ValidationError, match="matching regex"):
        msgspec.convert({"own": {"My Posture!": {}}}, Postures)
