"""Asking a seat and reading what it replies, the same for every role; with lookups, a bounded loop of both.

    ask → reply                                 a seat without lookups: one call, and nothing of this costs it time
    ask → functions → ask → functions → ask     at most two rounds of functions, after which none are offered

A round keeps no deadline and writes no journal: the graph's nodes do both. A sitting holds everything they need, the
exact bytes that were asked and answered among it. Faults of the model become abstentions, faults of ours stay
exceptions. What a lookup cannot answer, or nobody offers, is told to the model in a sentence and counts as its round.
A seat that is offered functions holds the call it would need to answer, so no round ends without one.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from agents.calling import called, recordable
from agents.replies import SHAPES
from agents.roster import Seat
from agents.sitting import Said, Sitting
from core.desk.allowance import MOST_ROUNDS
from core.errors import Degraded, Transient
from core.facts.lookups import ToolAnswered
from core.facts.models import ModelReplied
from core.facts.verdicts import Abstained
from core.ports.lookups import Answered
from core.ports.model import ChatRequest, Completion, Tool, ToolCall, ToolResult, Turn
from core.record.codec import digest, encode

F = TypeVar("F", covariant=True)
MOST_AT_ONCE = 4
"""Functions a model may call in one round."""
LARGEST_ARGUMENTS = 4_000
"""In bytes."""


@dataclass(frozen=True, slots=True)
class Heard(Generic[F]):
    """What came of a sitting."""

    fact: F | Abstained
    said: tuple[Said, ...] = ()
    """Every answer of the model and of what it looked up, in order; empty when no answer came."""
    blobs: tuple[bytes, ...] = ()
    """Every request, reply, argument and answer: to be put into the journal with the facts."""

    @property
    def replied(self) -> ModelReplied | None:
        """The last answer of the model; None when no answer came."""
        return next((each for each in reversed(self.said) if isinstance(each, ModelReplied)), None)


async def ask(sitting: Sitting, view: bytes, read: Callable[[str], F | Abstained]) -> Heard[F]:
    """Show a seat its view of the briefing, let it look things up, and read what it replies."""
    return heard(sitting, await _asked(sitting, view, read))


def heard(sitting: Sitting, fact: F | Abstained) -> Heard[F]:
    """What came of a sitting, whether it ended by itself or was cut off."""
    return Heard(fact, tuple(sitting.said), tuple(sitting.blobs))


def seated(seat: Seat | Sitting) -> Sitting:
    """A seat that is asked; one that comes from no run has calls of its own."""
    return seat if isinstance(seat, Sitting) else Sitting(seat)


def compose(seat: Seat, view: bytes, tools: tuple[Tool, ...] = (), turns: tuple[Turn, ...] = ()) -> ChatRequest:
    """What a seat is told: its stable prefix, its view of the briefing, and what it has looked up so far."""
    shape = SHAPES[seat.role]
    rendered = seat.prompt.render({"schema": shape.text, "briefing": view.decode()})
    return ChatRequest(
        role=seat.role,
        prompt=seat.prompt.title,
        system=rendered.system,
        user=rendered.user,
        schema=shape.schema,
        temperature=seat.temperature,
        max_tokens=seat.max_tokens,
        tools=tools,
        turns=turns,
    )


async def _asked(sitting: Sitting, view: bytes, read: Callable[[str], F | Abstained]) -> F | Abstained:
    seat = sitting.seat
    turns: tuple[Turn, ...] = ()
    while True:
        offered = seat.tools if len(turns) < MOST_ROUNDS else ()
        if offered and not sitting.allowance.take():
            offered = ()
        completion = await _completed(sitting, compose(seat, view, offered, turns))
        if isinstance(completion, Abstained):
            return completion
        if not (offered and completion.tool_calls and completion.finish in _CALLING):
            if offered:
                sitting.allowance.give_back()
            return _unread(seat, completion) or read(completion.text)
        if not recordable(completion):
            return Abstained(seat.role, "malformed", "asked for functions in a way that cannot be recorded")
        results = await _looked_up(sitting, completion.tool_calls)
        turns = (*turns, Turn(results=results, text=completion.text, echo=completion.echo))


async def _completed(sitting: Sitting, request: ChatRequest) -> Completion | Abstained:
    seat = sitting.seat
    try:
        completion = await seat.model.complete(request)
    except (Transient, Degraded) as fault:
        sitting.blobs.append(encode(request))
        return Abstained(seat.role, "unavailable", f"{seat.model.name}: {fault}"[:300])
    call = called(seat.model, seat.prompt, request, completion)
    sitting.said.append(call.fact)
    sitting.blobs += (call.asked, call.answered)
    return completion


async def _looked_up(sitting: Sitting, calls: tuple[ToolCall, ...]) -> tuple[ToolResult, ...]:
    """Every function that was asked for, at the same time, and recorded in the order of asking."""
    answers = await _together([_answered(sitting, place, call) for place, call in enumerate(calls)])
    for call, answer in zip(calls, answers, strict=True):
        arguments, told = encode(call.arguments), answer.text.encode()
        looked = ToolAnswered(sitting.seat.role, call.name[:64], digest(arguments), digest(told), answer.failed)
        sitting.said += (*answer.said, looked)
        sitting.blobs += (*answer.blobs, arguments, told)
        sitting.learn(answer.figures)
    return tuple(ToolResult(call, answer.text) for call, answer in zip(calls, answers, strict=True))


async def _together(asking: list[Coroutine[Any, Any, Answered]]) -> list[Answered]:
    """All answers; if one breaks, none of the others is left running."""
    tasks = [asyncio.create_task(each) for each in asking]
    try:
        return await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


async def _answered(sitting: Sitting, place: int, call: ToolCall) -> Answered:
    lookups = {lookup.tool.name: lookup for lookup in sitting.seat.lookups}
    if place >= MOST_AT_ONCE:
        return _refused(f"at most {MOST_AT_ONCE} functions are called at once, this one was not")
    if call.name not in lookups:
        return _refused(f"there is no function {call.name[:64]!r}; on offer are {', '.join(lookups)}")
    if len(encode(call.arguments)) > LARGEST_ARGUMENTS:
        return _refused(f"the arguments are larger than {LARGEST_ARGUMENTS} bytes")
    return await lookups[call.name].answer(call.arguments, sitting.allowance)


def _refused(reason: str) -> Answered:
    return Answered(text=encode({"error": reason}).decode(), failed=True)


def _unread(seat: Seat, completion: Completion) -> Abstained | None:
    if completion.finish != "stop":
        reason, meaning = _FINISHES.get(completion.finish, ("malformed", "ended in a way nobody knows"))
        return Abstained(seat.role, reason, f"{meaning}: {completion.finish[:40]!r}")
    if not completion.text.strip():
        return Abstained(seat.role, "refused", "an empty reply")
    return None


_CALLING = ("tools", "stop")
_FINISHES: dict[str, tuple[Literal["malformed", "refused"], str]] = {
    "length": ("malformed", "cut off"),
    "tools": ("malformed", "asked for functions when none were on offer"),
    "refusal": ("refused", "the model declined"),
    "content_filter": ("refused", "the provider withheld the reply"),
}
"""Every end but `stop` is no answer, however complete the text looks."""
