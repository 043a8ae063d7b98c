"""What each role may reply. One shape makes the schema in the prompt, the schema of the request, and the parser.

Every reader is total: any text becomes a fact, or an abstention that says why; never an exception and never a guess.
A reply must be about the briefing's symbol and may cite only figures of the briefing, or of what its seat looked up,
with their values.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from agents.salvage import Unusable, salvage
from core.desk.briefing import Briefing
from core.errors import BadInput
from core.facts.models import Role
from core.facts.verdicts import Abstained, Action, Analysis, Decision, Direction, Figures, Verification, View

Pattern = Literal["momentum", "reversal", "breakout", "exhaustion", "gap", "range", "thin_market"]
"""A closed list: what the commander is shown of the analyst's reading is never free text."""

Looked = Mapping[str, tuple[Decimal, ...]]
"""Figures a seat has looked up in this run, each with every value it was told."""
_NOTHING: Looked = {}

_DECIMAL = r"^-?[0-9]{1,15}(\.[0-9]{1,18})?([eE][+-]?[0-9])?$"
_is_decimal = re.compile(_DECIMAL.replace("$", r"\Z")).match


def _exact(value: object) -> Decimal:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str) and _is_decimal(value):
        return Decimal(value)
    raise ValueError("must be a number, or its digits as a string")


def _whole(value: object) -> int:
    number = _exact(value)
    if number != number.to_integral_value():
        raise ValueError("must be a whole number")
    return int(number)


Figure = Annotated[Decimal, BeforeValidator(_exact), WithJsonSchema({"type": "string", "pattern": _DECIMAL})]
Confidence = Annotated[int, Field(ge=0, le=100), BeforeValidator(_whole)]
Minutes = Annotated[int, Field(ge=1, le=100_000), BeforeValidator(_whole)]
Name = Annotated[str, Field(max_length=64)]
Rationale = Annotated[str, Field(max_length=2000)]
Reasons = Annotated[tuple[Annotated[str, Field(max_length=500)], ...], Field(max_length=8)]


class _Reply(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    symbol: Name


class CitedFigure(BaseModel):
    """One figure a reply rests on; a list of them, because strict providers allow no open objects."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    figure: Name
    value: Figure


Cited = Annotated[tuple[CitedFigure, ...], Field(max_length=40)]


class AnalysisReply(_Reply):
    """What the analyst replies."""

    view: View
    confidence: Confidence
    patterns: Annotated[tuple[Pattern, ...], Field(max_length=7)]
    risk: Literal["low", "medium", "high"]
    data_quality: Literal["good", "degraded", "poor"]
    cited: Cited
    rationale: Rationale


class VerificationReply(_Reply):
    """What the verifier replies."""

    ruling: Literal["approve", "veto"]
    directions: Annotated[tuple[Direction, ...], Field(max_length=2)]
    size_factor: Figure
    confidence: Confidence
    reasons: Reasons


class DecisionReply(_Reply):
    """What the commander replies."""

    action: Action
    direction: Direction | None
    confidence: Confidence
    invalidation: Figure | None
    horizon_minutes: Minutes
    fraction: Figure
    cited: Cited
    rationale: Rationale


class AdviceReply(BaseModel):
    """What an adviser says of figures it was given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    summary: Annotated[str, Field(max_length=600)]
    cited: Cited


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of a role's reply: its name in the prompt file, and its JSON Schema as a value and as text."""

    name: str
    schema: dict[str, Any]
    text: str


def shape(name: str, model: type[BaseModel]) -> Shape:
    """The shape of a reply model: no titles, no references, nothing a model need not read."""
    full = model.model_json_schema()
    schema = _plain(full, full.get("$defs", {}))
    return Shape(name, schema, json.dumps(schema, separators=(",", ":")))


def read_analysis(text: str, briefing: Briefing, looked: Looked = _NOTHING) -> Analysis | Abstained:
    """What the analyst concluded."""

    def made(reply: AnalysisReply) -> Analysis:
        return Analysis(
            symbol=briefing.symbol,
            market=briefing.market,
            briefing=briefing.digest,
            view=reply.view,
            confidence=reply.confidence,
            patterns=reply.patterns,
            risk=reply.risk,
            data_quality=reply.data_quality,
            cited=_figures(reply.cited),
            rationale=reply.rationale,
        )

    return _read("analyst", AnalysisReply, text, briefing, made, looked)


def read_verification(
    text: str, briefing: Briefing, *, price: Decimal, answered: int, deadline: int
) -> Verification | Abstained:
    """What the verifier allows. A veto allows nothing, whatever else it says."""

    def made(reply: VerificationReply) -> Verification:
        approves = reply.ruling == "approve"
        return Verification(
            symbol=briefing.symbol,
            market=briefing.market,
            briefing=briefing.digest,
            ruling=reply.ruling,
            confidence=reply.confidence,
            directions=tuple(dict.fromkeys(reply.directions)) if approves else (),
            size_factor=reply.size_factor if approves else Decimal(0),
            price=price,
            answered=answered,
            deadline=deadline,
            reasons=reply.reasons,
        )

    return _read("verifier", VerificationReply, text, briefing, made)


def read_decision(text: str, briefing: Briefing) -> Decision | Abstained:
    """What the commander wants. A direction belongs to new risk only."""

    def made(reply: DecisionReply) -> Decision:
        return Decision(
            symbol=briefing.symbol,
            market=briefing.market,
            action=reply.action,
            direction=reply.direction if reply.action in ("open", "add") else None,
            confidence=reply.confidence,
            rationale=reply.rationale,
            cited=_figures(reply.cited),
            horizon_minutes=reply.horizon_minutes,
            invalidation=reply.invalidation,
            fraction=reply.fraction,
            posture=briefing.posture,
        )

    return _read("commander", DecisionReply, text, briefing, made)


def read_advice(text: str, figures: Figures) -> str | None:
    """What an adviser says, if it is of the right shape and cites only figures it was given."""
    found = salvage(text)
    if isinstance(found, Unusable):
        return None
    try:
        reply = AdviceReply.model_validate(found)
    except ValidationError:
        return None
    return None if any(_untold(cited, figures, _NOTHING) for cited in reply.cited) else reply.summary


R = TypeVar("R", bound=_Reply)
F = TypeVar("F")


def _read(
    role: Role, model: type[R], text: str, briefing: Briefing, made: Callable[[R], F], looked: Looked = _NOTHING
) -> F | Abstained:
    found = salvage(text)
    if isinstance(found, Unusable):
        return Abstained(role, "malformed", found.reason)
    try:
        reply = model.model_validate(found)
        invented = _invented(reply, briefing, looked)
        return made(reply) if invented is None else Abstained(role, "invented", invented)
    except ValidationError as error:
        return Abstained(role, "malformed", _first_fault(error))
    except BadInput as error:
        return Abstained(role, "malformed", str(error))


def _invented(reply: _Reply, briefing: Briefing, looked: Looked) -> str | None:
    if reply.symbol != briefing.symbol:
        return f"symbol: {reply.symbol!r}, the briefing is about {briefing.symbol!r}"
    told = (_untold(cited, briefing.figures, looked) for cited in getattr(reply, "cited", ()))
    return next((fault for fault in told if fault), None)


def _untold(cited: CitedFigure, figures: Figures, looked: Looked) -> str | None:
    """Why nobody told the model this figure, if nobody did."""
    if cited.figure in looked:
        values = looked[cited.figure]
        told = " and ".join(map(str, values))
        return None if cited.value in values else f"cited: {cited.figure!r} was {told}, not {cited.value}"
    known = figures.get(cited.figure)
    if known is None:
        return f"cited: {cited.figure!r} is no figure of the briefing"
    return None if known == cited.value else f"cited: {cited.figure!r} is {known} in the briefing, not {cited.value}"


def _first_fault(error: ValidationError) -> str:
    fault = error.errors(include_url=False, include_context=False)[0]
    field = ".".join(str(part)[:40] for part in fault["loc"]) or "reply"
    found = "" if fault["type"] == "missing" else f", found {repr(fault['input'])[:80]}"
    return f"{field}: {fault['msg']}{found}"


def _figures(cited: tuple[CitedFigure, ...]) -> Figures:
    return {each.figure: each.value for each in cited}


def _plain(node: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_plain(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _plain(definitions[node["$ref"].rpartition("/")[2]], definitions)
    return {key: _plain(value, definitions) for key, value in node.items() if key not in _IDLE}


_IDLE = {"title", "description", "$defs"}

SHAPES: dict[Role, Shape] = {
    "analyst": shape("analysis", AnalysisReply),
    "verifier": shape("verification", VerificationReply),
    "commander": shape("decision", DecisionReply),
}
"""What each role's seat must be able to fill in."""
ADVICE = shape("advice", AdviceReply)
"""What an adviser must be able to fill in, whoever it advises."""
