"""Every fact has its line."""

import pytest

from core.facts.catalogue import TYPES
from core.facts.desk import RunSettled
from core.record.sealing import Tip
from runtime.cli.essentials import ESSENTIALS, clock, essentials, line
from tests.samples import AT, RUN, SAMPLES, draft


def test_every_wire_name_has_essentials_and_no_other_has() -> None:
    assert ESSENTIALS.keys() == TYPES.keys()


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_told_in_one_line(name: str) -> None:
    recorded, _ = Tip().seal(draft(SAMPLES[name], f"{RUN}.1"))
    told = line(recorded)
    assert told.startswith(f"     1  2013-10-04 14:10:00.000  {name}")
    assert f"run:{RUN}" in told and "\n" not in told
    assert essentials(SAMPLES[name])


def test_an_instant_is_told_to_the_millisecond_without_rounding_up() -> None:
    assert clock(AT + 999_999_999) == "2013-10-04 14:10:00.999"
    assert clock(-1) == "1969-12-31 23:59:59.999"


def test_foreign_text_cannot_steer_a_terminal() -> None:
    recorded, _ = Tip().seal(draft(RunSettled(RUN, "held", "a\x1b[2Jb\u202ec\nd"), f"{RUN}.1"))
    assert line(recorded).endswith("held: a\ufffd[2Jb\ufffdc d")
