"""Any LangChain chat model as a seat."""

from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel, GenericFakeChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import Field

from core.errors import JournalBroken
from tests.tools.llm.providers import CALL, TOOL, TestClock, request, turned
from tools.llm.cassettes.miss import CassetteMiss
from tools.llm.faults import Unavailable, Unusable
from tools.llm.langchain import LangChainModel


class Listening(BaseChatModel):
    """Gives one message and keeps what it was told."""

    message: AIMessage
    told: list[list[BaseMessage]] = Field(default_factory=list)
    bound: list[Any] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "listening"

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        self.bound.extend(tools)
        return self

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        self.told.append(messages)
        return ChatResult(generations=[ChatGeneration(message=self.message)])


class Broken(Listening):
    """Fails as its library does."""

    fault: Any = None

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        raise self.fault


class Refused(Exception):
    def __init__(self, status: int) -> None:
        super().__init__("the key sk-very-secret-0123456789 was refused")
        self.status_code = status


CALLING = AIMessage("Let me look.", tool_calls=[{"id": "call_1", "name": "get_quote", "args": {"symbol": "IBM"}}])


def seat(message: AIMessage, **more: Any) -> tuple[LangChainModel, Listening]:
    chat = Listening(message=message)
    return LangChainModel("mine", chat, TestClock(), **more), chat


async def test_any_chat_model_answers_as_a_seat() -> None:
    model = LangChainModel("mine", GenericFakeChatModel(messages=iter([AIMessage('{"view": "long"}')])), TestClock())
    completion = await model.complete(request())
    assert (completion.text, completion.finish, completion.parsed) == ('{"view": "long"}', "unsaid", None)
    assert (completion.model, completion.usage, completion.cost) == ("mine", None, None)
    assert model.label == "mine, by LangChain"


async def test_what_the_message_tells_is_kept() -> None:
    told = AIMessage(
        [{"type": "reasoning", "reasoning": "Hm."}, {"type": "text", "text": "Yes."}],
        usage_metadata={
            "input_tokens": 9,
            "output_tokens": 5,
            "total_tokens": 14,
            "input_token_details": {"cache_read": 4},
            "output_token_details": {"reasoning": 2},
        },
        response_metadata={"model_name": "the-answering-one", "finish_reason": "length"},
    )
    completion = await seat(told)[0].complete(request())
    assert (completion.text, completion.reasoning, completion.finish) == ("Yes.", "Hm.", "length")
    assert completion.model == "the-answering-one"
    assert completion.usage is not None
    assert (completion.usage.cached, completion.usage.reasoning) == (4, 2)


async def test_functions_are_offered_called_and_answered() -> None:
    model, chat = seat(CALLING)
    asking = await model.complete(request(tools=(TOOL,)))
    assert (asking.finish, asking.tool_calls) == ("tools", (CALL,))
    assert chat.bound[0]["function"]["name"] == "get_quote"
    await model.complete(turned(asking.echo))
    await model.complete(turned({"role": "model", "parts": []}))
    for messages in chat.told[1:]:
        assert [message.type for message in messages] == ["system", "human", "ai", "tool"]
        assert isinstance(messages[2], AIMessage)
        assert messages[2].tool_calls[0]["args"] == {"symbol": "IBM"}


@pytest.mark.parametrize("fault", [CassetteMiss("nothing recorded"), JournalBroken("torn")])
async def test_a_fault_of_ours_passes_also_when_the_library_wrapped_it(fault: Exception) -> None:
    wrapped = RuntimeError("connection")
    wrapped.__cause__ = fault
    for raised in (fault, wrapped):
        model = LangChainModel("mine", Broken(message=AIMessage(""), fault=raised), TestClock())
        with pytest.raises(type(fault)):
            await model.complete(request())


async def test_an_answer_is_whole_only_if_its_reason_to_end_says_so() -> None:
    text = '{"view": "long"}'
    ends = [{}, {"finish_reason": "stop"}, {"stop_reason": "end_turn"}, {"finish_reason": "length"}]
    heard = [await seat(AIMessage(text, response_metadata=told))[0].complete(request()) for told in ends]
    assert [each.finish for each in heard] == ["unsaid", "stop", "stop", "length"]
    assert [each.parsed is not None for each in heard] == [False, True, True, False]


async def test_a_bound_schema_gives_the_reply_itself() -> None:
    reply = AIMessage(
        "", tool_calls=[{"id": "1", "name": "analyst", "args": {"view": "long", "size": None, "pattern": 1}}]
    )
    completion = await seat(reply, native=True)[0].complete(request())
    assert completion.parsed == {"view": "long", "size": None, "pattern": 1}
    assert (completion.text, completion.finish) == ('{"view":"long","size":null,"pattern":1}', "stop")


async def test_a_call_nobody_can_read_is_no_answer() -> None:
    broken = {"id": "1", "name": "get_quote", "args": "{", "error": "no JSON", "type": "invalid_tool_call"}
    with pytest.raises(Unusable, match="get_quote"):
        await seat(AIMessage("", invalid_tool_calls=[broken]))[0].complete(request())


@pytest.mark.parametrize(
    ("fault", "kind", "lasting"),
    [
        (Refused(401), Unusable, True),
        (Refused(429), Unavailable, None),
        (Refused(400), Unusable, False),
        (TimeoutError(), Unavailable, None),
        (ConnectionResetError(), Unavailable, None),
        (KeyError("choices"), Unusable, False),
    ],
)
async def test_a_library_fault_is_sorted_and_not_quoted(fault: Exception, kind: Any, lasting: bool | None) -> None:
    model = LangChainModel("mine", Broken(message=AIMessage(""), fault=fault), TestClock())
    with pytest.raises(kind) as raised:
        await model.complete(request())
    assert getattr(raised.value, "lasting", None) is lasting
    assert "secret" not in str(raised.value)
