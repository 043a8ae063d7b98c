"""A LangChain tool as a lookup: its arguments checked, its time and its answer bounded, its faults put into words.

`offered` makes a `StructuredTool` of a typed function that answers with `Found`; any other LangChain tool can be put
into `Offered` too, and then says words only, for nobody vouches for its figures. LangChain is loaded when the first
tool is made, so a desk without lookups never loads it.
"""

import asyncio
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from core.desk.allowance import Allowance
from core.errors import BadInput, Halt
from core.ports.lookups import Answered
from core.ports.model import Tool
from core.record.codec import encode

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

SECONDS = 0.5
LARGEST_ANSWER = 6_000
"""Characters; whoever asks for more is told to ask for less."""
LONGEST_FAULT = 300


class Found(NamedTuple):
    """What a function found: figures that may be cited, by name, and whatever else helps to read them."""

    figures: Mapping[str, Decimal | None]
    """A figure that is not known is left out of the answer, never zero."""
    beside: Mapping[str, Any] = {}


class Offered:
    """One LangChain tool, as the seats see it."""

    def __init__(self, tool: "BaseTool", seconds: float = SECONDS, largest: int = LARGEST_ANSWER) -> None:
        self._called = tool
        self._seconds = seconds
        self._largest = largest
        self.tool = Tool(tool.name, tool.description, _parameters(tool))

    async def answer(self, arguments: Mapping[str, Any], _allowance: Allowance) -> Answered:
        """Call it; whatever goes wrong is told in a sentence."""
        known = self.tool.parameters["properties"]
        unknown = next((name for name in arguments if name not in known), None)
        if unknown is not None:
            return failed(f"there is no argument {unknown[:40]!r}; known are {', '.join(known) or 'none'}")
        call = {"type": "tool_call", "id": self.tool.name, "name": self.tool.name, "args": dict(arguments)}
        try:
            async with asyncio.timeout(self._seconds):
                return self._read(await self._called.ainvoke(call))
        except TimeoutError:
            return failed(f"no answer within {self._seconds:g} s")
        except Halt:
            raise
        except Exception as fault:
            return failed(f"this function failed: {type(fault).__name__}")

    def _read(self, message: Any) -> Answered:
        text = message.content if isinstance(message.content, str) else encode(message.content).decode()
        if message.status == "error":
            return failed(text)
        if len(text) > self._largest:
            return failed(f"the answer has {len(text)} characters, at most {self._largest} are given; ask for less")
        found = message.artifact if isinstance(message.artifact, Found) else Found({})
        return Answered(text=text, figures=_named(self.tool.name, found))


def offered(name: str, function: Callable[..., Found], seconds: float = SECONDS) -> Offered:
    """A typed function as a lookup: its signature gives the arguments, its docstring the description."""
    from langchain_core.tools import StructuredTool, ToolException, create_schema_from_function

    async def looked_up(**arguments: Any) -> tuple[str, Found]:
        try:
            found = function(**arguments)
        except BadInput as fault:
            raise ToolException(str(fault)) from fault
        return encode({"figures": _named(name, found), **found.beside}).decode(), found

    tool = StructuredTool.from_function(
        coroutine=looked_up,
        name=name,
        description=f"{function.__doc__} {_HOW_TO_CITE}",
        args_schema=create_schema_from_function(name, function, parse_docstring=False),
        response_format="content_and_artifact",
        handle_tool_error=True,
        handle_validation_error=_first_fault,
    )
    return Offered(tool, seconds)


def failed(reason: str) -> Answered:
    """An answer that says why there is none."""
    shown = reason.encode("utf-8", "backslashreplace").decode()[:LONGEST_FAULT]
    return Answered(text=encode({"error": shown}).decode(), failed=True)


_HOW_TO_CITE = "Each of its figures may be cited by its full name, with its exact value."


def _named(name: str, found: Found) -> dict[str, Decimal]:
    return {f"tool.{name}.{figure}": value for figure, value in found.figures.items() if value is not None}


def _parameters(tool: "BaseTool") -> dict[str, Any]:
    schema: Any = tool.tool_call_schema
    full = schema if isinstance(schema, dict) else schema.model_json_schema()
    return {"type": "object", "properties": {}, "additionalProperties": False} | _untitled(full)


def _untitled(schema: dict[str, Any]) -> dict[str, Any]:
    """What a model need not read is left out."""
    properties = {
        name: {key: value for key, value in field.items() if key != "title"}
        for name, field in schema.get("properties", {}).items()
    }
    kept = {key: value for key, value in schema.items() if key not in ("title", "description")}
    return kept | {"properties": properties}


def _first_fault(error: Any) -> str:
    fault = error.errors()[0]
    place = ".".join(str(part)[:40] for part in fault["loc"]) or "arguments"
    return f"{place}: {fault['msg']}"
