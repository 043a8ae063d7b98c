"""Where a run goes next: pure answers over what a stage concluded."""

from typing import Literal

from core.desk.weighing import Proceed, StoodDown
from core.facts.verdicts import Abstained, Decision

AfterWeigh = Literal["command", "settle"]
AfterCommand = Literal["gate", "settle"]
AfterGate = Literal["execute", "settle"]


def after_weigh(weighed: Proceed | StoodDown) -> AfterWeigh:
    """Only what both seats allow reaches the commander."""
    return "command" if isinstance(weighed, Proceed) else "settle"


def after_command(decision: Decision | Abstained) -> AfterCommand:
    """A decision that wants anything goes to the gate; holding and abstaining end the run."""
    wants = isinstance(decision, Decision) and decision.action != "hold"
    return "gate" if wants else "settle"


def after_gate(denied: bool) -> AfterGate:
    """What was denied ends here."""
    return "settle" if denied else "execute"
