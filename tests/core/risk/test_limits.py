"""The numbers of the gate: a file can tighten them and nothing can loosen them."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from core.risk.limits import RANGES, Limits, version

SHIPPED = Path(__file__).parents[3] / "configs" / "risk.toml"


def test_the_shipped_file_states_the_loosest_limits_there_are() -> None:
    table = tomllib.loads(SHIPPED.read_text())
    assert list(table) == ["risk"]
    assert set(table["risk"]) == set(Limits.__struct_fields__) == set(RANGES)
    assert msgspec.convert(table["risk"], Limits) == Limits()


@pytest.mark.parametrize(
    ("field", "looser", "bound"),
    [
        ("min_confidence", 79, "80"),
        ("fat_finger_pct", Decimal("30.01"), "30"),
        ("day_loss_pct", Decimal("-3.01"), "-3"),
        ("day_loss_pct", Decimal(0), "-0.01"),
        ("quote_seconds", 31, "30"),
        ("price_band_pct", Decimal("0.51"), "0.50"),
        ("approval_seconds", 31, "30"),
        ("clearance_seconds", 6, "5"),
        ("fat_finger_pct", Decimal(0), "0.01"),
        ("fat_finger_pct", Decimal("NaN"), "30"),
    ],
)
def test_a_looser_limit_is_refused_by_field_value_and_bound(field: str, looser: Any, bound: str) -> None:
    with pytest.raises(ValueError, match=f"{field}: must be from .*{bound}.*found '{looser}'"):
        Limits(**{field: looser})
    with pytest.raises(msgspec.ValidationError, match=field):
        msgspec.convert({field: str(looser) if isinstance(looser, Decimal) else looser}, Limits)
    with pytest.raises(ValueError, match=field):
        msgspec.structs.replace(Limits(), **{field: looser})


def test_an_unknown_limit_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="fat_fingers_pct"):
        msgspec.convert({"fat_fingers_pct": "1"}, Limits)


def test_the_version_names_the_limits() -> None:
    assert version(Limits()) == version(Limits())
    assert version(Limits(min_confidence=81)) != version(Limits())
    assert len(version(Limits())) == 64
