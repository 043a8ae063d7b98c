"""A fourth role: a sceptic, asked beside the verifier with a prompt of its own. It can refuse, and never allow more."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from langgraph.runtime import Runtime

from agents.roster import Seat
from agents.rounds import Heard
from core.desk.containment import Overheard
from core.facts.verdicts import Verification
from core.ports.model import ChatModel
from graphs.combat import CombatGraph, combat
from graphs.nodes.verify import verify
from graphs.state import CombatState, Desk
from prompts.library import read

PROMPT = Path(__file__).parent / "prompts" / "sceptic.md"


def with_sceptic(model: ChatModel) -> CombatGraph:
    """The combat graph with one seat more; its veto counts as the verifier's does."""
    sceptic = Seat("verifier", model, read(PROMPT), deadline=Decimal("1.5"))

    async def both(state: CombatState, runtime: Runtime[Desk]) -> CombatState:
        desk = runtime.context
        desk.run.allowance.take()
        beside = runtime.override(context=replace(desk, roster=replace(desk.roster, verifier=sceptic)))
        unheard: CombatState = {**state, "overheard": Overheard()}
        ruled, doubted = await asyncio.gather(verify(state, runtime), verify(unheard, beside))
        return {**ruled, "verification": stricter(ruled["verification"], doubted["verification"])}

    return combat(verify=both)


def stricter(ruled: Heard[Verification], doubted: Heard[Verification]) -> Heard[Verification]:
    """What the verifier ruled, unless the sceptic gave anything but a yes; what either said is kept."""
    yes = isinstance(doubted.fact, Verification) and doubted.fact.ruling == "approve"
    return Heard(ruled.fact if yes else doubted.fact, ruled.said + doubted.said, ruled.blobs + doubted.blobs)
