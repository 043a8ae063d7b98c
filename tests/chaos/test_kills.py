"""SIGKILL at any moment: the desk, started again, has sent nothing twice, lost nothing and agrees with its broker."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest

from core.facts.desk import Outcome
from tests.chaos.campaign import POINTS, Campaign, Tally
from tests.chaos.judge import events_of, judge
from tests.chaos.lives import FLAWS, Point
from tests.chaos.spawning import PATIENCE, Zygote, killed, spawn, until

SEED = 20_131_004
SECONDS = 20.0
"""How long forked desks are killed in the everyday run; the campaign does it for ten minutes, with another seed."""
PACE = "300000"
Watch = Callable[[Path, subprocess.Popen[bytes], int], bool]


@pytest.fixture(scope="module")
def forked(
    zygote: Zygote, recorded: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator["Future[Tally]"]:
    """Desks being killed in the background, while real ones are spawned in the foreground."""
    campaign = Campaign(zygote, recorded, tmp_path_factory.mktemp("forked"), SEED)
    with ThreadPoolExecutor(1) as background:
        yield background.submit(campaign.run, SECONDS)


def owned(state: Path, process: subprocess.Popen[bytes], _size: int) -> bool:
    lock = state / "account-paper-1.lock"
    return lock.exists() and lock.read_text() == str(process.pid)


def listening(state: Path, process: subprocess.Popen[bytes], _size: int) -> bool:
    """The socket is that of this process: what a dead one left behind is older than its lock."""
    socket = state / "control.sock"
    return (
        owned(state, process, 0)
        and socket.exists()
        and socket.stat().st_mtime_ns >= (state / "account-paper-1.lock").stat().st_mtime_ns
    )


def traded(state: Path, _process: subprocess.Popen[bytes], size: int) -> bool:
    return grown(state) > size


MOMENTS: dict[str, tuple[Watch, float]] = {
    "importing": (lambda *_: True, 1.2),
    "opening": (owned, 0.4),
    "listening": (listening, 0.8),
    "trading": (traded, 0.005),
}
"""What is waited for, and how many seconds later at most the process is killed."""


def grown(state: Path) -> int:
    ledger = state / "paper-broker.jsonl"
    return ledger.stat().st_size if ledger.exists() else 0


def serving(folder: Path) -> subprocess.Popen[bytes]:
    argv = ("serve", "--profile", "demo", "--state", "state", "--until-end", "--pace", PACE, "--json")
    return spawn(folder, *argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def killed_at(folder: Path, moment: str, draw: Random) -> bool:
    """Start a desk and kill it; false if it came to its end before."""
    watch, at_most = MOMENTS[moment]
    state, size, delay = folder / "state", grown(folder / "state"), draw.uniform(0, at_most)
    with serving(folder) as process:
        until(lambda: watch(state, process, size) or process.poll() is not None)
        until(lambda: process.poll() is not None, delay)
        return killed(process)


def survives(folder: Path, moments: list[str]) -> int:
    """One state folder through many deaths, each the restart of the one before, and then to the end."""
    draw = Random(f"{SEED} {moments}")
    kills = sum(killed_at(folder, moment, draw) for moment in moments)
    with serving(folder) as process:
        told, complaints = process.communicate(timeout=PATIENCE)
    assert (process.returncode, complaints) == (0, b"")
    assert json.loads(told.splitlines()[-1])["events"] > 2_000
    assert judge(folder / "state") == []
    return kills


def test_ten_spawned_desks_are_killed_and_the_last_one_has_it_all(forked: "Future[Tally]", tmp_path: Path) -> None:
    lives = {
        "one": ["importing", "trading", "opening", "trading", "listening"],
        "two": ["opening", "trading", "importing", "listening", "trading"],
    }
    for name in lives:
        (tmp_path / name).mkdir()
    with ThreadPoolExecutor(len(lives)) as at_once:
        kills = at_once.map(lambda name: survives(tmp_path / name, lives[name]), lives)
        assert sum(kills) == 10


def test_forked_desks_are_killed_at_every_named_point_and_at_any_moment(
    forked: "Future[Tally]", record_property: Callable[[str, object], None]
) -> None:
    tally = forked.result()
    record_property("figures", str(tally))
    assert tally.findings == []
    assert {(point.edge, point.step) for point in tally.at_points} == POINTS
    assert tally.kills > len(POINTS)
    assert tally.abandoned


@pytest.mark.campaign
@pytest.mark.timeout(900)
def test_forked_desks_are_killed_for_ten_minutes(
    zygote: Zygote, recorded: dict[str, str], tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    tally = Campaign(zygote, recorded, tmp_path, int.from_bytes(os.urandom(4))).run(600)
    record_property("figures", str(tally))
    assert tally.findings == []
    assert tally.kills > 1_000


@pytest.mark.parametrize(
    ("point", "end", "sent"),
    [
        (Point("after", "SIGNAL_GENERATED"), None, 0),
        (Point("after", "GATE_RULED"), None, 0),
        (Point("after", "ORDER_INTENDED"), "ORDER_NOT_PLACED", 0),
        (Point("after", "submit"), "ORDER_PLACED", 1),
        (Point("after", "ORDER_PLACED"), "ORDER_PLACED", 1),
    ],
    ids=str,
)
def test_a_cut_decision_is_abandoned_and_its_order_stands_or_was_never_sent(
    zygote: Zygote, recorded: dict[str, str], state: Path, point: Point, end: str | None, sent: int
) -> None:
    assert zygote.begin("desk", recorded, state=str(state), point=point).ended() == -9
    (run,) = [event.data["run"] for event in events_of(state) if event.name == "SIGNAL_GENERATED"]
    assert zygote.begin("desk", recorded, state=str(state)).ended() == 0
    events = events_of(state)
    outcomes: list[Outcome] = [
        event.data["outcome"] for event in events if event.name == "RUN_SETTLED" and event.data["run"] == run
    ]
    orders = [
        event.data["order"]["client_id"]
        for event in events
        if event.name == "ORDER_INTENDED" and event.data["order"]["decision"] == run
    ]
    ends = [event.name for event in events if event.data.get("client_id") in orders and event.name in _ENDS]
    assert outcomes == ["abandoned"]
    assert ends == ([end] if end else [])
    assert len([order for order in orders_sent(state) if order in orders]) == sent
    assert judge(state) == []


def orders_sent(state: Path) -> list[str]:
    lines = map(json.loads, (state / "paper-broker.jsonl").read_text().splitlines())
    return [line["order"]["client_id"] for line in lines if line["type"] == "ACCEPTED"]


def test_an_execution_that_was_never_booked_is_booked_whole_by_the_next_start(
    zygote: Zygote, recorded: dict[str, str], state: Path
) -> None:
    """The protection must be that of the order and the posture, as if nothing had happened in between."""
    undisturbed = state.with_name("undisturbed")
    zygote.begin("desk", recorded, state=str(undisturbed)).ended()
    assert zygote.begin("desk", recorded, state=str(state), point=Point("before", "ORDER_FILLED")).ended() == -9
    assert zygote.begin("desk", recorded, state=str(state)).ended() == 0
    first = [
        next(event.data for event in events_of(folder) if event.name == "PROTECTION_SET")
        for folder in (state, undisturbed)
    ]
    assert first[0] == first[1]
    assert judge(state) == []


@pytest.mark.parametrize(
    ("flaw", "kind"),
    [
        ("sends again", "double"),
        ("without intents", "unruled"),
        ("without cut runs", "lost"),
        ("forgets orders", "lost"),
    ],
)
def test_the_judge_finds_a_planted_flaw(
    zygote: Zygote, recorded: dict[str, str], state: Path, flaw: str, kind: str
) -> None:
    assert flaw in FLAWS
    point = Point("after", "submit")
    assert zygote.begin("desk", recorded, state=str(state), point=point, flaw=flaw).ended() == -9
    zygote.begin("desk", recorded, state=str(state), flaw=flaw).ended()
    assert kind in {finding.kind for finding in judge(state)}


_ENDS = {"ORDER_PLACED", "ORDER_REJECTED", "ORDER_NOT_PLACED", "ORDER_UNKNOWN"}
