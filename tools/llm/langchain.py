"""Any LangChain chat model as a seat, for people who bring their own; only langchain-core is needed.

What it answers is taken as LangChain tells it: usage, tool calls and reasoning in its uniform shape, no price.
Its exceptions are of no known kind: they are sorted by the HTTP status they carry, or by their name.
"""

from typing import TYPE_CHECKING, Any, cast

from core.facts.models import Origin, Usage
from core.ports.clock import Clock
from core.ports.model import ChatRequest, Completion, ToolCall, Turn
from tools.llm.faults import own_fault
from tools.llm.wires.answers import CALLS, Failure, count, object_of, shaped, text_of, word
from tools.llm.wires.sorting import Asked, sorted_fault

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, BaseMessage


class LangChainModel:
    """A seat over a `BaseChatModel`. With `native` the reply's schema is bound through `with_structured_output`."""

    def __init__(
        self, name: str, chat: "BaseChatModel", clock: Clock, *, native: bool = False, origin: Origin = "provider"
    ) -> None:
        self.name = name
        self.label = f"{name}, by LangChain"
        self._chat = chat
        self._clock = clock
        self._native = native
        self._origin = origin

    async def complete(self, request: ChatRequest) -> Completion:
        """Ask once."""
        begin = self._clock.elapsed()
        try:
            message, parsed = await self._invoke(request)
            calls = _calls(message)
        except Failure as failure:
            raise sorted_fault(Asked(self.name, "", {}), failure, {}, self._clock.now()) from None
        text = message.text or ("" if parsed is None else text_of(parsed))
        finish = "tools" if calls else _finish(message, parsed is not None)
        return Completion(
            text=str(text),
            model=word(message.response_metadata.get("model_name")) or self.name,
            asked=self.name,
            origin=self._origin,
            parsed=parsed if parsed is not None else object_of(str(text)) if finish == "stop" else None,
            tool_calls=calls,
            reasoning=_reasoning(message),
            finish=finish,
            usage=_usage(message),
            latency=self._clock.elapsed() - begin,
            request_id=word(message.response_metadata.get("request_id")) or message.id,
            echo=message.model_dump(mode="json") if calls else None,
        )

    async def _invoke(self, request: ChatRequest) -> "tuple[AIMessage, dict[str, Any] | None]":
        messages = _messages(request)
        try:
            if self._native and not request.tools:
                schema = {"title": request.role, "description": f"The {request.role}'s reply.", **request.schema}
                bound = self._chat.with_structured_output(schema, include_raw=True)
                told = cast(dict[str, Any], await bound.ainvoke(messages))
                parsed = told["parsed"] if isinstance(told.get("parsed"), dict) else None
                raw: AIMessage = told["raw"]
                return (raw.model_copy(update={"tool_calls": []}) if parsed is not None else raw), parsed
            tools = [_tool(tool.name, tool.description, tool.parameters) for tool in request.tools]
            asked = self._chat.bind_tools(tools) if tools else self._chat
            return await asked.ainvoke(messages), None
        except Exception as error:
            if (ours := own_fault(error)) is not None:
                raise ours from None
            raise _failure(error) from None


def _messages(request: ChatRequest) -> "list[BaseMessage]":
    from langchain_core.messages import HumanMessage, SystemMessage, ToolMessage

    messages: list[BaseMessage] = [SystemMessage(request.system)] if request.system else []
    messages.append(HumanMessage(request.user))
    for turn in request.turns:
        messages.append(_said(turn))
        messages += [ToolMessage(result.text, tool_call_id=result.call.id) for result in turn.results]
    return messages


def _said(turn: Turn) -> "AIMessage":
    """The model's own message; of another provider's, only what was said and called."""
    from langchain_core.messages import AIMessage

    if turn.echo and turn.echo.get("type") == "ai":
        return AIMessage.model_validate(turn.echo)
    calls = [{"id": each.call.id, "name": each.call.name, "args": each.call.arguments} for each in turn.results]
    return AIMessage(turn.text, tool_calls=calls)


def _tool(name: str, description: str, parameters: dict[str, Any]) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


def _calls(message: "AIMessage") -> tuple[ToolCall, ...]:
    if message.invalid_tool_calls:
        raise Failure(CALLS, f"the arguments of {message.invalid_tool_calls[0].get('name')!r} cannot be read")
    return tuple(
        ToolCall(call["id"] or f"call_{place}", call["name"], shaped(call["args"], dict))
        for place, call in enumerate(message.tool_calls)
    )


def _finish(message: "AIMessage", bound: bool) -> str:
    """Why it ended; a reply bound to its schema has come whole, as a call to a function."""
    told = message.response_metadata
    reason = str(told.get("finish_reason") or told.get("stop_reason") or "unsaid")
    finish = _FINISHES.get(reason.casefold(), reason)
    return "stop" if bound and finish in ("tools", "unsaid") else finish


def _usage(message: "AIMessage") -> Usage | None:
    told = message.usage_metadata
    if told is None:
        return None
    return Usage(
        input=count(told, "input_tokens"),
        output=count(told, "output_tokens"),
        cached=count(told, "input_token_details", "cache_read"),
        reasoning=count(told, "output_token_details", "reasoning"),
    )


def _reasoning(message: "AIMessage") -> str | None:
    """From the message's own content: blocks of this kind, or the field some integrations keep it in."""
    blocks = message.content if isinstance(message.content, list) else []
    told = [block for block in blocks if isinstance(block, dict)]
    texts = [str(block.get("reasoning") or block.get("thinking") or "") for block in told]
    return "".join(texts) or word(message.additional_kwargs.get("reasoning_content"))


def _failure(error: Exception) -> Failure:
    status = next(
        (found for name in ("status_code", "code") if isinstance(found := getattr(error, name, None), int)), None
    )
    kind = type(error).__name__
    if isinstance(error, TimeoutError) or "Timeout" in kind:
        return Failure("timeout", kind, status)
    if isinstance(error, OSError) or "Connect" in kind:
        return Failure("unreachable", kind, status)
    return Failure(kind, "", status or 400)


_FINISHES = {
    "stop": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_calls": "tools",
    "tool_use": "tools",
    "max_tokens": "length",
    "length": "length",
    "refusal": "refusal",
    "content_filter": "content_filter",
    "safety": "content_filter",
}
