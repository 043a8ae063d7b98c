"""What each seat of one run saw, said, cost and took, read back from the journal and the bytes beside it."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct

from core.facts.models import ModelReplied, Origin, Role, Usage
from core.facts.operations import RunTimed
from core.facts.risk import GateRuled
from core.facts.verdicts import Abstained, Analysis, Decision, Verification
from core.market.instruments import Money
from core.ports.journal import Journal
from core.ports.model import ChatRequest

STAGES: dict[Role, str] = {"analyst": "analyze", "verifier": "verify", "commander": "command"}
WIDEST = 110


class Call(Struct, frozen=True, kw_only=True):
    """One question to a model and its answer."""

    model: str
    asked: str | None
    label: str
    origin: Origin
    prompt: str
    saw: str
    """The changing part of what it was told: its view of the event."""
    said: str
    functions: tuple[str, ...] = ()
    """What it had called before this answer, and what that returned."""
    usage: Usage | None
    cost: Money | None
    request_id: str | None


class Voice(Struct, frozen=True, kw_only=True):
    """One seat in one run."""

    role: Role
    calls: tuple[Call, ...]
    concluded: dict[str, Any] | None
    """The fact that was read from its reply, an abstention among them; nothing if it was never asked."""
    took_ms: Decimal | None


class Disclosure(Struct, frozen=True):
    """All seats of a run."""

    voices: tuple[Voice, ...]
    verdicts: tuple[GateRuled, ...]
    """What the gate ruled, with every check it made."""
    cost: Money | None
    """What all calls cost together; None when one price is unknown or nothing was paid."""


async def disclose(journal: Journal, run: str) -> Disclosure:
    """Read a run back."""
    facts = [recorded.fact async for recorded in journal.read(stream=f"run:{run}")]
    stages: dict[str, int] = {}
    async for recorded in journal.read(chain="operations"):
        if isinstance(recorded.fact, RunTimed) and recorded.fact.run == run:
            stages = recorded.fact.stages
    voices = [await _voice(journal, role, facts, stages.get(stage)) for role, stage in STAGES.items()]
    verdicts = tuple(fact for fact in facts if isinstance(fact, GateRuled))
    return Disclosure(tuple(voices), verdicts, _total(call.cost for voice in voices for call in voice.calls))


def told(disclosure: Disclosure) -> list[str]:
    """The same for a person to read."""
    lines: list[str] = []
    for voice in disclosure.voices:
        lines += ["", _title(voice)]
        for place, call in enumerate(voice.calls):
            lines += _call_lines(call, place == 0)
        if voice.concluded is not None:
            lines.append(f"  {_concluded(voice.concluded)}")
    for verdict in disclosure.verdicts:
        lines += ["", f"GATE: {verdict.code}"]
        lines += [
            f"  {'ok  ' if each.held else 'FAIL'} {each.code}: {each.figure}, limit {each.limit}"
            for each in verdict.checks
        ]
    return [*lines, *_cost_lines(disclosure)]


def _title(voice: Voice) -> str:
    if not voice.calls and voice.concluded is None:
        return f"{voice.role.upper()}: was not asked"
    return f"{voice.role.upper()}" + (f", {voice.took_ms} ms" if voice.took_ms is not None else "")


def _call_lines(call: Call, first: bool) -> list[str]:
    asked = f", asked for {call.asked}" if call.asked not in (None, call.model) else ""
    return [
        f"  {call.model} ({call.label}, origin {call.origin}{asked}), prompt {call.prompt}{_bill(call)}",
        *(f"  called   {function}" for function in call.functions),
        *(_wrapped("saw", call.saw) if first else ()),
        *_wrapped("said", call.said),
    ]


def _cost_lines(disclosure: Disclosure) -> list[str]:
    if disclosure.cost is not None:
        return ["", f"cost of this decision: {disclosure.cost.amount:f} {disclosure.cost.currency}"]
    paid = [call for voice in disclosure.voices for call in voice.calls if call.asked is not None]
    unknown = dict.fromkeys(call.model for call in paid if call.cost is None)
    return ["", f"cost of this decision: unknown; nobody knows the price of {', '.join(unknown)}"] if unknown else []


def _bill(call: Call) -> str:
    usage = call.usage
    parts = []
    if usage is not None and usage.input is not None:
        cached = f" ({usage.cached} cached)" if usage.cached else ""
        parts.append(f"{usage.input} tokens in{cached}, {usage.output} out")
    if call.cost is not None:
        parts.append(f"{call.cost.amount:f} {call.cost.currency}")
    return "".join(f"; {part}" for part in parts)


def _wrapped(word: str, text: str) -> list[str]:
    flat = " ".join(text.split()).removeprefix("<briefing> ").removesuffix(" </briefing>")
    pieces = [flat[at : at + WIDEST] for at in range(0, len(flat), WIDEST)] or ["(nothing)"]
    return [f"  {word if index == 0 else '':<8} {piece}" for index, piece in enumerate(pieces)]


def _concluded(fact: dict[str, Any]) -> str:
    if fact["type"] == "ABSTAINED":
        return f"abstained: {fact['reason']}: {fact['detail']}"
    return f"read as  {_short(fact)}"


def _short(fact: dict[str, Any]) -> str:
    return ", ".join(f"{key} {_plain(value)}" for key, value in fact.items() if key not in _KNOWN)


def _plain(value: Any) -> str:
    return " + ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


_KNOWN = frozenset({"type", "role", "briefing", "cited", "symbol", "market", "answered", "deadline"})
"""Fields of a conclusion that stand above it already."""


async def _voice(journal: Journal, role: Role, facts: Sequence[Any], took: int | None) -> Voice:
    replies = [fact for fact in facts if isinstance(fact, ModelReplied) and fact.role == role]
    concluded = next((fact for fact in facts if _is_of(fact, role)), None)
    return Voice(
        role=role,
        calls=tuple([await _call(journal, fact) for fact in replies]),
        concluded=None if concluded is None else msgspec.to_builtins(concluded),
        took_ms=None if took is None else (Decimal(took) / 1_000_000).quantize(Decimal("0.1")),
    )


async def _call(journal: Journal, fact: ModelReplied) -> Call:
    request = msgspec.json.decode(await journal.blob(fact.request) or b"{}", type=ChatRequest)
    said = await journal.blob(fact.reply) or b""
    return Call(
        model=fact.model,
        asked=fact.asked,
        label=fact.label,
        origin=fact.origin,
        prompt=fact.prompt,
        saw=request.user,
        said=said.decode("utf-8", "replace"),
        functions=tuple(
            f"{result.call.name}({msgspec.json.encode(result.call.arguments).decode()}) gave {result.text[:200]}"
            for turn in request.turns[-1:]
            for result in turn.results
        ),
        usage=fact.usage,
        cost=fact.cost,
        request_id=fact.request_id,
    )


def _is_of(fact: object, role: Role) -> bool:
    if isinstance(fact, Abstained):
        return fact.role == role
    return isinstance(fact, _CONCLUSIONS[role])


_CONCLUSIONS: dict[Role, type] = {"analyst": Analysis, "verifier": Verification, "commander": Decision}


def _total(costs: Iterable[Money | None]) -> Money | None:
    found = list(costs)
    known = [cost for cost in found if cost is not None]
    if not known or len(known) < len(found):
        return None
    return sum(known[1:], known[0])
