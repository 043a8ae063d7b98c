"""The closed union of everything the journal can hold."""

from typing import get_args

from core.facts.desk import (
    DayOpened,
    DeskClosed,
    DeskOpened,
    ExitTriggered,
    OperatingStateChanged,
    PositionUpdated,
    PostureChanged,
    ProtectionSet,
    RunSettled,
)
from core.facts.lookups import ToolAnswered
from core.facts.market import PriceTick
from core.facts.models import ModelReplied
from core.facts.operations import RunTimed, ServiceLevelMissed
from core.facts.orders import (
    OrderCancelled,
    OrderFilled,
    OrderIntended,
    OrderNotPlaced,
    OrderPlaced,
    OrderRejected,
    OrderUnknown,
)
from core.facts.people import OperatorCommanded
from core.facts.risk import GateRuled, RiskAlert
from core.facts.signals import SignalGenerated
from core.facts.verdicts import Abstained, Analysis, Decision, Verification

DecisionFact = (
    PriceTick
    | SignalGenerated
    | ModelReplied
    | ToolAnswered
    | Analysis
    | Verification
    | Abstained
    | Decision
    | GateRuled
    | OrderIntended
    | OrderPlaced
    | OrderRejected
    | OrderUnknown
    | OrderNotPlaced
    | OrderFilled
    | OrderCancelled
    | PositionUpdated
    | ProtectionSet
    | ExitTriggered
    | RunSettled
    | RiskAlert
    | DeskOpened
    | DeskClosed
    | DayOpened
    | OperatingStateChanged
    | PostureChanged
    | OperatorCommanded
)
OperationFact = RunTimed | ServiceLevelMissed
Fact = DecisionFact | OperationFact

TYPES: dict[str, type] = {str(kind.__struct_config__.tag): kind for kind in get_args(Fact)}
"""Wire name → shape."""
OPERATIONS = frozenset(str(kind.__struct_config__.tag) for kind in get_args(OperationFact))
"""Wire names that belong to the chain of operations; all others are decisions."""


def wire_name(fact: Fact) -> str:
    """The name under which a fact is stored."""
    return str(fact.__struct_config__.tag)
