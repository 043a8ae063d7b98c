"""Configuration: where values come from, what is refused, and that a refusal names field, value, bound and source."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.errors import BadInput
from runtime.settings import Loaded, load
from tests.desks import settings

NOWHERE = Path("no.env")


def refused(**values: object) -> str:
    with pytest.raises(BadInput) as refusal:
        settings(**values)
    return str(refusal.value)


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return folder


def test_every_value_knows_the_file_it_comes_from() -> None:
    sources = settings().sources
    assert sources["risk.min_confidence"] == "configs/risk.toml"
    assert sources["desk.mode"] == "configs/profiles/demo.toml"


def test_the_environment_goes_over_the_profile_and_dotenv_between_them(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text('# mine\nexport AEGIS_RISK__MIN_CONFIDENCE=85\nAEGIS_DESK__ACCOUNT="paper-7"\nOTHER=1\n')
    loaded = load("demo", None, {"AEGIS_RISK__MIN_CONFIDENCE": "90"}, dotenv)
    assert loaded.settings.risk.min_confidence == 90
    assert loaded.sources["risk.min_confidence"] == "environment AEGIS_RISK__MIN_CONFIDENCE"
    assert loaded.settings.desk.account == "paper-7"
    assert loaded.sources["desk.account"] == f"{dotenv} AEGIS_DESK__ACCOUNT"


def test_a_folder_of_ones_own_hides_the_same_file_and_only_that(tmp_path: Path) -> None:
    folder = written(tmp_path, "risk.toml", "[risk]\nmin_confidence = 95\n")
    loaded = load("demo", folder, {}, NOWHERE)
    assert loaded.settings.risk.min_confidence == 95
    assert loaded.settings.desk.account == "paper-1"


def test_a_profile_of_ones_own_is_found(tmp_path: Path) -> None:
    text = '[desk]\nmode = "backtest"\n[feed]\nfiles = ["x.csv"]\nfirst = 2013-10-04\nlast = 2013-10-04\n'
    assert load("mine", written(tmp_path, "profiles/mine.toml", text), {}, NOWHERE).settings.desk.mode == "backtest"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"risk__min_confidense": 85}, ["risk.min_confidense", "did you mean 'min_confidence'?"]),
        ({"models__tempos__combat__verifier__deadlin_seconds": 1}, ["verifier", "did you mean 'deadline_seconds'?"]),
        ({"colour": 1}, ["colour", "unknown key 'colour'"]),
        ({"models__roster": "combatt"}, ["models.roster", "did you mean 'combat'?"]),
        ({"models__rosters__s1__analyst__model": "oracle"}, ["models.rosters.s1.analyst.model", "known are claude"]),
        ({"models__catalogue__local__provider": "here"}, ["models.catalogue.local.provider", "known are anthropic"]),
    ],
)
def test_an_unknown_key_names_the_nearest_and_its_source(values: dict[str, Any], words: list[str]) -> None:
    said = refused(**values)
    (name,) = values
    assert all(word in said for word in [*words, f"environment AEGIS_{name.upper()}"]), said


def test_an_unknown_key_inside_an_amount_of_money_is_refused() -> None:
    assert "did you mean 'amount'?" in refused(desk__cash__ammount=1)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"risk__min_confidence": 79}, "risk.min_confidence ({}): must be from 80 to 100, found '79'"),
        ({"risk__fat_finger_pct": 31}, "risk.fat_finger_pct ({}): must be from 0.01 to 30, found '31'"),
        ({"risk__day_loss_pct": -4}, "risk.day_loss_pct ({}): must be from -3 to -0.01, found '-4'"),
        ({"desk__queue": 0}, "desk.queue ({}): must be above 0 and at most 100000, found '0'"),
        ({"desk__home": "JP"}, "desk.home ({}): must be one of US, found 'JP'"),
        (
            {"postures__guerrilla__entry_pct": 3},
            "postures.guerrilla.entry_pct ({}): must be from 0.01 to 2.0, found '3'",
        ),
        ({"quotes__confirm": 0}, "quotes.confirm ({}): must be from 1 to 20, found '0'"),
        (
            {"models__tempos__combat__verifier__deadline_seconds": 0},
            "models.tempos.combat.verifier.deadline_seconds ({}): must be above 0 and at most 600, found '0'",
        ),
        ({"markets__us__tick": 0}, "markets.us.tick ({}): must be above 0 and at most 1000000000, found '0'"),
        ({"risk__min_confidence": '"85"'}, "risk.min_confidence ({}): Expected `int`, got `str`"),
        ({"desk__mode": "fast"}, "desk.mode ({}): Invalid enum value 'fast'"),
        ({"desk__cash__amount": "abc"}, "desk.cash.amount ({}): Invalid decimal string"),
    ],
)
def test_what_is_out_of_range_names_field_value_bound_and_source(values: dict[str, Any], said: str) -> None:
    (name,) = values
    assert refused(**values) == "configuration: " + said.format(f"environment AEGIS_{name.upper()}")


@pytest.mark.parametrize("amount", ["-5", "0", "NaN", "Infinity"])
def test_cash_must_be_an_amount_one_can_have(amount: str) -> None:
    assert "desk.cash.amount" in refused(desk__cash__amount=amount)


def test_the_source_is_that_of_the_field_and_not_of_its_neighbour(tmp_path: Path) -> None:
    folder = written(tmp_path, "risk.toml", '[risk]\nmin_confidence = 85\nfat_finger_pct = "40"\n')
    with pytest.raises(BadInput, match=rf"risk.fat_finger_pct \({tmp_path}.*/risk.toml\)"):
        load("demo", folder, {"AEGIS_RISK__MIN_CONFIDENCE": "90"}, NOWHERE)


def test_a_value_where_a_table_belongs_is_named() -> None:
    assert "desk (environment AEGIS_DESK)" in refused(desk=5)


def test_a_missing_mode_is_refused(tmp_path: Path) -> None:
    text = '[feed]\nfiles = ["x.csv"]\nfirst = 2013-10-04\nlast = 2013-10-04\n'
    with pytest.raises(BadInput, match=r"desk.*mode"):
        load("mine", written(tmp_path, "profiles/mine.toml", text), {}, NOWHERE)


def test_an_unknown_profile_is_named_with_the_known_ones() -> None:
    with pytest.raises(BadInput, match=r"profile 'dream' does not exist; known are .*demo"):
        load("dream", None, {}, NOWHERE)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"--config-dir .*nowhere: no such folder"):
        load("demo", tmp_path / "nowhere", {}, NOWHERE)


@pytest.mark.parametrize("text", ["[risk\n", "[risk]\nmin_confidence =\n", "a = 1\na = 2\n"])
def test_broken_toml_is_named_with_its_file_and_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInput, match=r"risk.toml: not valid TOML: .*line"):
        load("demo", written(tmp_path, "risk.toml", text), {}, NOWHERE)


def test_bytes_that_are_no_text_are_named(tmp_path: Path) -> None:
    (tmp_path / "risk.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(BadInput, match=r"risk.toml: not valid TOML"):
        load("demo", tmp_path, {}, NOWHERE)


def test_the_version_follows_the_values_and_nothing_else(tmp_path: Path) -> None:
    def version(loaded: Loaded) -> str:
        return loaded.settings.version

    plain = version(settings())
    assert version(settings()) == plain
    assert version(settings(risk__min_confidence=80)) == plain
    assert version(settings(risk__min_confidence=81)) != plain
    assert version(settings(desk__entry_minutes=4)) != plain


def test_decimals_keep_their_digits() -> None:
    assert str(settings(risk__price_band_pct="0.10").settings.risk.price_band_pct) == "0.10"
    assert settings().settings.models.paces["verifier"].deadline_seconds == Decimal("1.5")
