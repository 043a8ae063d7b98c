"""What each command of `runtime/operator` does to a running desk."""

from collections.abc import Callable
from typing import Any

from msgspec import to_builtins

from core.desk.bands import STRICTNESS
from core.desk.stance import Refused, Wish, holding
from core.market.instants import shown
from runtime.bootstrap import House
from runtime.operator import Asked, Command
from runtime.stance import Stance


def commands(house: House, stop: Callable[[str], None]) -> dict[str, Command]:
    """The closed set of commands, by name."""

    async def status(_asked: Asked) -> dict[str, Any]:
        return _status(house)

    async def stopping(_asked: Asked) -> dict[str, Any]:
        stop("stopped by an operator")
        return {"result": "draining"}

    async def kill(_asked: Asked) -> dict[str, Any]:
        house.folder.set_latch("killed by an operator over control.sock")
        return {"result": f"latched: no new risk until {house.folder.latch} is removed by a person"}

    async def posture(asked: Asked) -> dict[str, Any]:
        return await order_posture(house.stance, asked)

    async def confirm(_asked: Asked) -> dict[str, Any]:
        house.lifelines.confirm()
        return {"result": "noted: entries open again once journal and broker agree for as long as the ladder says"}

    async def reset_models(_asked: Asked) -> dict[str, Any]:
        closed = house.seating.room.reset() if house.seating.room else ()
        return {"result": f"asked again from now on: {', '.join(closed)}" if closed else "no model was left alone"}

    return {
        "status": status,
        "stop": stopping,
        "kill": kill,
        "posture": posture,
        "confirm": confirm,
        "reset-models": reset_models,
    }


async def order_posture(stance: Stance, asked: Asked) -> dict[str, Any]:
    """Take the posture that a person orders; refused unless it comes from the user who owns the desk."""
    reason, minutes = asked.said.get("reason"), asked.said.get("minutes")
    name = next((posture for posture in STRICTNESS if posture == asked.said.get("posture")), None)
    if not asked.peer.owns:
        return {"error": f"refused: only the user who runs the desk may order a posture, not {asked.peer.name}"}
    if name is None:
        return {"error": f"refused: a posture is one of {', '.join(STRICTNESS)}"}
    if not isinstance(reason, str) or type(minutes) is not int:
        return {"error": "refused: a posture needs a reason and how many minutes it lasts"}
    answer = await stance.order(Wish(name, reason, minutes, asked.peer.name))
    if isinstance(answer, Refused):
        return {"error": f"refused: {answer.reason}"}
    return {"result": f"{answer.after} until {shown(answer.until or 0)}, before it {answer.before}: {answer.why}"}


def _status(house: House) -> dict[str, Any]:
    state, equity = house.projections.state(), house.projections.equity()
    rules, room = house.loaded.settings.postures.switching, house.seating.room
    return {
        "account": house.desk.account,
        "mode": house.loaded.settings.desk.mode,
        "posture": holding(state, rules, house.clock.now()),
        "stance": house.stance.told(),
        "operating": state.operating,
        "latched": house.folder.latched(),
        "positions": {key: str(position.quantity) for key, position in state.positions.items()},
        "working_orders": len(state.working),
        "waiting_runs": len(state.runs),
        "models_not_asked": {name: each.says() for name, each in room.open_circuits().items()} if room else {},
        "equity": str(equity) if equity else None,
        "ladders": house.lifelines.state.rungs(house.loaded.settings.continuity),
        "service_levels": to_builtins(house.telemetry.summary()),
        "faults": house.projections.faults,
    }
