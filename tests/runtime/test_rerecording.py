"""A cassette made anew takes the old one's place only if it can be played."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec import structs

from core.errors import BadInput
from runtime.rerecording import rerecord
from runtime.settings import load


def test_what_cannot_be_played_leaves_the_old_one_as_it_is(tmp_path: Path) -> None:
    loaded = load("demo", None, {}, Path("no.env"))
    models = structs.replace(loaded.settings.models, roster="rules")
    nobody_asked = replace(loaded, settings=structs.replace(loaded.settings, models=models))
    path = tmp_path / "kept.yaml"
    path.write_text("the old one")
    with pytest.raises(BadInput, match=r"kept\.yaml: stays as it is.*there is no such cassette"):
        rerecord(nobody_asked, path, Decimal(1), lambda _line: None)
    assert path.read_text() == "the old one"
