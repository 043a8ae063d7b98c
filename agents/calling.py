"""What stands in the record of one answered model call: a fact, and the exact bytes of both sides."""

from typing import NamedTuple

from core.facts.models import ModelReplied
from core.ports.model import ChatModel, ChatRequest, Completion
from core.record.codec import digest, encode
from prompts.library import Prompt


class Called(NamedTuple):
    """One answered call."""

    fact: ModelReplied
    asked: bytes
    answered: bytes


def called(model: ChatModel, prompt: Prompt, request: ChatRequest, completion: Completion) -> Called:
    """The record of a call that was answered."""
    asked, answered = encode(request), _answer(completion)
    fact = ModelReplied(
        role=request.role,
        model=completion.model,
        label=model.label,
        prompt=request.prompt,
        prompt_digest=prompt.digest,
        request=digest(asked),
        reply=digest(answered),
        origin=completion.origin,
        asked=completion.asked,
        usage=completion.usage,
        cost=completion.cost,
        request_id=completion.request_id,
    )
    return Called(fact, asked, answered)


def recordable(completion: Completion) -> bool:
    """Whether what it said and called can stand, word for word, in the record and in the next question."""
    try:
        encode((completion.text, completion.tool_calls, completion.echo))
    except (ValueError, TypeError, OverflowError, RecursionError):
        return False
    return True


def _answer(completion: Completion) -> bytes:
    """The exact text, and the functions it asked for if there are any."""
    if completion.tool_calls and recordable(completion):
        return encode({"text": completion.text, "tool_calls": completion.tool_calls})
    return completion.text.encode("utf-8", "backslashreplace")
