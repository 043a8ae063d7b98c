"""Outage ladders: entered at once, left slowly, the strictest wins, and no news is never good news."""

from decimal import Decimal
from itertools import pairwise
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.desk.continuity import STATES, Continuity, Observation, alert, due, resume, step, strictest
from core.desk.rungs import Ladders
from core.facts.desk import Ladder, OperatingState, OperatingStateChanged
from core.market.instants import MINUTE, SECOND

TABLE = Ladders()
BAD, GOOD, NOTHING = "troubled", "well", "unknown"
Told = list[tuple[float, OperatingState | None]]


def watch(ladder: Any, *seen: tuple[float, Any], state: Continuity | None = None, **more: Any) -> Told:
    """What a ladder does when this is seen at these seconds."""
    return [(at, move.rung) for at, move in moves(ladder, seen, state or Continuity(), **more)[1]]


def moves(
    ladder: Any, seen: Any, state: Continuity, **more: Any
) -> tuple[Continuity, list[tuple[float, OperatingStateChanged]]]:
    told = []
    for at, condition in seen:
        observation = Observation(ladder=ladder, condition=condition, **more)
        state, made = step(state, observation, int(at * SECOND), TABLE)
        told += [(at, move) for move in made]
    return state, told


def seconds(condition: str, first: int, last: int) -> list[tuple[float, str]]:
    return [(float(at), condition) for at in range(first, last + 1)]


def test_the_ladder_of_the_providers_is_climbed_at_its_bounds() -> None:
    told = watch("api", *seconds(BAD, 0, 400))
    assert told == [(5, "limited"), (30, "restricted"), (300, "safe")]


@pytest.mark.parametrize("ladder", ["feed", "network"])
def test_feed_and_network_go_from_cached_data_to_leaving_to_the_end(ladder: Ladder) -> None:
    assert watch(ladder, *seconds(BAD, 0, 60)) == [(3, "limited"), (10, "safe"), (30, "shutdown")]


def test_a_bound_is_not_reached_before_its_time() -> None:
    assert watch("feed", (0, BAD), (2.999, BAD)) == []
    assert watch("feed", (0, BAD), (3, BAD)) == [(3, "limited")]


def test_a_long_silence_that_is_seen_late_goes_straight_to_its_rung() -> None:
    assert watch("feed", (0, BAD), (500, BAD)) == [(500, "shutdown")]


def test_it_is_left_rung_by_rung_after_the_quiet_time_of_each() -> None:
    told = watch("api", *seconds(BAD, 0, 300), *seconds(GOOD, 301, 600))
    assert told[3:] == [(361, "restricted"), (421, "limited"), (431, "normal")]


def test_trouble_begins_the_quiet_time_anew() -> None:
    told = watch("feed", *seconds(BAD, 0, 4), *seconds(GOOD, 5, 8), (9, BAD), *seconds(GOOD, 10, 20))
    assert told == [(3, "limited"), (15, "normal")]


def test_outages_of_nine_seconds_never_leave_everything() -> None:
    seen = [(at, BAD if at % 12 < 9 else GOOD) for at in range(600)]
    assert {rung for _, rung in watch("feed", *seen)} == {"limited"}


def test_ten_drops_a_minute_restrict_and_a_quiet_minute_lets_go() -> None:
    seen = [(at, BAD if at % 5 == 0 else GOOD) for at in range(61)]
    told = watch("feed", *seen, *seconds(GOOD, 61, 200))
    assert told == [(45, "restricted"), (121, "limited"), (126, "normal")]


def test_nine_drops_a_minute_do_not() -> None:
    assert watch("feed", *[(at, BAD if at % 7 == 0 else GOOD) for at in range(300)]) == []


def test_a_mismatch_is_told_by_its_figure_and_waits_for_a_person() -> None:
    figure = Decimal("2.0001")
    state, told = moves("mismatch", seconds(BAD, 0, 2), Continuity(), figure=figure, detail="two tell two stories")
    ((_, move),) = told
    assert (move.rung, move.figure, move.limit) == ("restricted", figure, 2)
    state, told = moves("mismatch", seconds(GOOD, 3, 500), state)
    assert told == []
    _, told = moves("mismatch", seconds(GOOD, 501, 600), state, by_hand=True)
    assert [(at, move.rung) for at, move in told] == [(501, "limited"), (531, "normal")]


def test_a_mismatch_that_becomes_small_is_left_as_far_as_it_goes() -> None:
    state, _ = moves("mismatch", seconds(BAD, 0, 2), Continuity(), figure=Decimal(3))
    _, told = moves("mismatch", seconds(BAD, 3, 100), state, figure=Decimal(1), by_hand=True)
    assert [move.rung for _, move in told] == ["limited"]


def test_not_knowing_ends_nothing_and_no_quiet_time_passes() -> None:
    seen = [*seconds(BAD, 0, 10), *seconds(NOTHING, 11, 5000)]
    assert watch("feed", *seen) == [(3, "limited"), (10, "safe")]
    assert watch("feed", *seen, *seconds(GOOD, 5001, 5070))[2:] == [(5061, "restricted")]


def test_the_state_of_the_desk_is_the_strictest_of_all_ladders() -> None:
    state, told = moves("feed", seconds(BAD, 0, 10), Continuity())
    state, told = moves("api", seconds(BAD, 11, 17), state)
    assert [(move.rung, move.state) for _, move in told] == [("limited", "safe")]
    assert state.operating(TABLE) == "safe" and strictest([]) == "normal"


def test_every_move_says_what_was_seen_and_is_worth_an_alert() -> None:
    _, told = moves("feed", seconds(BAD, 0, 10), Continuity(), detail="no quote of US")
    alerts = [alert(move) for _, move in told]
    assert [(each.severity, each.figure, each.limit) for each in alerts] == [("warning", 3, 3), ("critical", 10, 10)]
    assert all("no quote of US" in each.done and each.code == "LADDER_FEED" for each in alerts)


def test_the_next_move_is_known_beforehand() -> None:
    state, _ = moves("feed", [(0, BAD)], Continuity())
    assert due(state, TABLE) == 3 * SECOND
    state, _ = moves("feed", [(4, BAD), (5, GOOD)], state)
    assert due(state, TABLE) == 10 * SECOND
    assert due(state, TABLE, without=frozenset({"feed"})) is None and due(Continuity(), TABLE) is None


@pytest.mark.parametrize(
    ("rung", "again"), [("limited", "limited"), ("safe", "safe"), ("shutdown", "safe"), ("normal", "normal")]
)
def test_a_desk_that_starts_again_is_where_it_was_and_a_start_is_the_way_out_of_shutdown(
    rung: OperatingState, again: OperatingState
) -> None:
    assert resume({"feed": rung}, TABLE).operating(TABLE) == again


def test_a_ladder_without_that_rung_resumes_on_the_next_stricter_one() -> None:
    assert resume({"network": "restricted"}, TABLE).operating(TABLE) == "safe"


HISTORY = st.lists(
    st.tuples(st.integers(-2 * MINUTE, 2 * MINUTE), st.sampled_from([BAD, BAD, GOOD, GOOD, NOTHING])), max_size=60
)


@given(st.sampled_from(get_args(Ladder)), HISTORY, st.decimals(0, 10, places=2))
def test_however_time_jumps_no_rung_is_left_before_its_quiet_time(ladder: Any, history: Any, figure: Decimal) -> None:
    state, now, entered, latest, troubled = Continuity(), 0, 0, 0, 0
    for jump, condition in history:
        now += jump
        latest = max(latest, now)
        seen = Observation(ladder=ladder, condition=condition, figure=figure, by_hand=True)
        before = state.at(ladder).rung
        state, made = step(state, seen, now, TABLE)
        counted = before and condition == BAD and TABLE.of(ladder)[before - 1].counts(figure)
        troubled = latest if counted or condition == NOTHING else troubled
        for move in made:
            after = state.at(ladder).rung
            assert move.state == state.operating(TABLE)
            if after < before:
                assert after == before - 1
                assert latest - max(entered, troubled) >= TABLE.of(ladder)[before - 1].quiet
            entered = latest


@given(st.lists(st.tuples(st.integers(1, 20), st.sampled_from([BAD, GOOD])), max_size=80))
def test_a_flapping_line_never_swings_faster_than_the_quiet_time(history: Any) -> None:
    at, seen = 0, []
    for pause, condition in history:
        at += pause
        seen.append((float(at), condition))
    told = watch("feed", *seen)
    for (earlier, _), (later, rung) in pairwise(told):
        down = rung in ("normal", "limited", "restricted") and _is_down(told, later)
        assert not down or later - earlier >= 5


def _is_down(told: Told, at: float) -> bool:
    place = [each for each, _ in told].index(at)
    before, after = told[place - 1][1] or "normal", told[place][1] or "normal"
    return STATES.index(after) < STATES.index(before)


@given(HISTORY, HISTORY)
def test_the_desk_is_never_looser_than_any_ladder(one: Any, other: Any) -> None:
    state = Continuity()
    for ladder, history in (("api", one), ("broker", other)):
        now = 0
        for jump, condition in history:
            now += jump
            state, _ = step(state, Observation(ladder=ladder, condition=condition), now, TABLE)
        asked = state.rungs(TABLE).values()
        assert all(STATES.index(state.operating(TABLE)) >= STATES.index(rung) for rung in asked)
