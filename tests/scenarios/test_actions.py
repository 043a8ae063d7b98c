"""Every action a commander can ask for has an executor, and what each of them does to a holding."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest

from core.facts.desk import ProtectionSet, RunSettled
from core.facts.orders import OrderCancelled, OrderFilled
from core.facts.risk import GateRuled
from core.facts.verdicts import Action
from core.market.quotes import Quote
from graphs.nodes.execute import EXECUTORS
from tests.desks import FILLED, RISE, Act, Rehearsal, Told, consent, says, tape
from tests.scenarios.test_denials import Trouble, latch, restrict

AGAIN = "14:20:00 IBM 184.60 184.62\n14:21:00 IBM 185.20 185.22"
LATER = "14:22:00 IBM 185.20 185.22"


def play(path: Path, *quotes: str, acts: Sequence[Act] = (), **decision: Any) -> Told:
    """Ten IBM are bought, and the next event asks for something else."""
    given: list[Quote] = tape(RISE, FILLED, *(quotes or (AGAIN, LATER)))
    return Rehearsal(path).play(given, [*consent(), *consent(**decision)], acts)


def test_every_action_has_an_executor() -> None:
    assert EXECUTORS.keys() == set(get_args(Action))


def test_reduce_sells_the_part_that_was_asked_for(tmp_path: Path) -> None:
    told = play(tmp_path, action="reduce", direction=None, fraction="0.4")
    assert told.outcomes == ["executed", "executed"]
    assert [(fill.side, fill.quantity) for fill in told.all(OrderFilled)] == [
        ("buy", Decimal(10)),
        ("sell", Decimal(4)),
    ]
    assert told.held == {"US:IBM": Decimal(6)}


def test_close_sells_everything(tmp_path: Path) -> None:
    told = play(tmp_path, action="close", direction=None)
    assert told.outcomes == ["executed", "executed"] and told.held == {}
    assert told.sent[-1].kind == "market"


@pytest.mark.parametrize("action", ["reduce", "close"])
@pytest.mark.parametrize("trouble", [latch, restrict])
def test_taking_risk_away_is_never_blocked(tmp_path: Path, action: str, trouble: Trouble) -> None:
    told = play(tmp_path, acts=[Act("14:20:30", trouble)], action=action, direction=None, confidence=1)
    verdict = told.all(GateRuled)[-1]
    assert (verdict.effect, verdict.cleared) == ("reduce", True)
    assert told.held == {}


def test_add_buys_what_the_approval_and_the_posture_leave(tmp_path: Path) -> None:
    half = [says("analyst"), says("verifier", size_factor="0.5"), says("commander")]
    told = Rehearsal(tmp_path).play(tape(RISE, FILLED, AGAIN, LATER), [*half, *consent(action="add")])
    assert told.outcomes == ["executed", "executed"]
    assert [fill.quantity for fill in told.all(OrderFilled)] == [5, 3], "defensive by then: nobody told the index"


def test_a_holding_that_grew_keeps_the_nearer_stop(tmp_path: Path) -> None:
    half = [says("analyst"), says("verifier", size_factor="0.5"), says("commander")]
    further = consent(action="add", invalidation="183.00")
    told = Rehearsal(tmp_path).play(tape(RISE, FILLED, AGAIN, LATER), [*half, *further])
    assert told.all(ProtectionSet)[-1].stop == Decimal("183.50")


def test_tighten_moves_the_stop_nearer_and_sends_nothing(tmp_path: Path) -> None:
    told = play(tmp_path, action="tighten", direction=None, invalidation="184.70")
    assert told.outcomes == ["executed", "executed"]
    assert [protection.stop for protection in told.all(ProtectionSet)] == [Decimal("183.50"), Decimal("184.70")]
    assert len(told.sent) == 1


def test_a_stop_that_would_move_away_stays_and_the_run_is_held(tmp_path: Path) -> None:
    told = play(tmp_path, action="tighten", direction=None, invalidation="183.00")
    assert told.outcomes == ["executed", "held"]
    assert told.all(RunSettled)[-1].reason == "the stop would not come nearer"
    assert len(told.all(ProtectionSet)) == 1


def test_hold_does_nothing_and_says_why(tmp_path: Path) -> None:
    told = play(tmp_path, action="hold", direction=None, rationale="Nothing speaks against it.")
    assert told.all(RunSettled)[-1] == RunSettled(told.all(RunSettled)[-1].run, "held", "Nothing speaks against it.")
    assert told.held == {"US:IBM": Decimal(10)}


def test_cancel_pending_withdraws_the_entry_that_still_works(tmp_path: Path) -> None:
    told = Rehearsal(tmp_path).play(
        tape(RISE, "13:42:00 IBM 183.40 184.70"),
        [*consent(), *consent(action="cancel_pending", direction=None)],
    )
    assert told.outcomes == ["executed", "executed"]
    assert [cancelled.client_id for cancelled in told.all(OrderCancelled)] == [told.sent[0].client_id]
    assert told.house.projections.state().working == () and told.held == {}


def test_cancel_pending_with_nothing_pending_is_held(tmp_path: Path) -> None:
    told = play(tmp_path, action="cancel_pending", direction=None)
    assert told.outcomes == ["executed", "held"]
    assert told.all(RunSettled)[-1].reason == "none pending"


def test_cancel_pending_leaves_the_exit_that_is_on_its_way(tmp_path: Path) -> None:
    falling = "14:20:00 IBM 184.60 184.62\n14:21:00 IBM 183.40 183.42"
    told = play(tmp_path, falling, "14:22:00 IBM 183.38 183.40", action="cancel_pending", direction=None)
    assert told.outcomes == ["executed", "held"]
    assert told.all(OrderCancelled) == [] and told.held == {}
