import asyncio
import json
import subprocess
import sys
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from langchain_core.tools import StructuredTool, tool

from core.desk.allowance import Allowance
from core.errors import BadInput, JournalBroken
from core.ports.lookups import Answered
from tools.lookups.offering import LARGEST_ANSWER, Found, Offered, offered


def measured(symbol: Annotated[str, "the symbol"], side: Literal["bid", "ask"] = "bid", times: int = 1) -> Found:
    """Measure something."""
    if symbol != "IBM":
        raise BadInput(f"symbol: nothing is called {symbol!r}")
    return Found({f"{symbol}.{side}": Decimal("1.50"), f"{symbol}.other": None}, {"note": "x" * times})


async def asked(lookup: Offered, **arguments: Any) -> Answered:
    return await lookup.answer(arguments, Allowance())


def told(answer: Answered) -> str:
    assert answer.failed and answer.figures == {}
    return str(json.loads(answer.text)["error"])


def test_a_function_is_told_by_its_name_its_docstring_and_its_typed_arguments() -> None:
    told = offered("measured", measured).tool
    assert (told.name, told.description[:18]) == ("measured", "Measure something.")
    assert told.parameters == {
        "type": "object",
        "properties": {
            "symbol": {"description": "the symbol", "type": "string"},
            "side": {"default": "bid", "enum": ["bid", "ask"], "type": "string"},
            "times": {"default": 1, "type": "integer"},
        },
        "required": ["symbol"],
        "additionalProperties": False,
    }


async def test_figures_bear_the_name_under_which_they_may_be_cited_and_missing_ones_are_absent() -> None:
    answer = await asked(offered("measured", measured), symbol="IBM")
    assert json.loads(answer.text) == {"figures": {"tool.measured.IBM.bid": "1.50"}, "note": "x"}
    assert answer.figures == {"tool.measured.IBM.bid": Decimal("1.50")}
    assert not answer.failed


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"symbol": "XXX"}, "symbol: nothing is called 'XXX'"),
        ({}, "symbol: Field required"),
        ({"symbol": 7}, "symbol: Input should be a valid string"),
        ({"symbol": "IBM", "side": "middle"}, "side: Input should be 'bid' or 'ask'"),
        ({"symbol": "IBM", "account": "U1"}, "there is no argument 'account'; known are symbol, side, times"),
        ({"symbol": "IBM", "times": 10_000}, f"at most {LARGEST_ANSWER} are given; ask for less"),
    ],
)
async def test_what_is_wrong_is_told_in_a_sentence(arguments: dict[str, Any], error: str) -> None:
    assert error in told(await asked(offered("measured", measured), **arguments))


async def test_a_function_that_takes_too_long_has_no_answer() -> None:
    async def slow() -> str:
        await asyncio.sleep(60)
        return ""

    lookup = Offered(StructuredTool.from_function(coroutine=slow, name="slow", description="Slow."), seconds=0.02)
    assert told(await asked(lookup)) == "no answer within 0.02 s"


async def test_a_function_that_breaks_says_so_and_keeps_its_secrets() -> None:
    def broken() -> Found:
        """Break."""
        raise KeyError("/etc/passwd")

    assert told(await asked(offered("broken", broken))) == "this function failed: KeyError"


async def test_a_broken_journal_is_not_taken_for_an_answer() -> None:
    def broken() -> Found:
        """Break."""
        raise JournalBroken("the chain ends at 7")

    with pytest.raises(JournalBroken):
        await asked(offered("broken", broken))


async def test_a_tool_from_elsewhere_says_words_and_gives_no_figure_to_cite() -> None:
    @tool(response_format="content_and_artifact")
    async def weather(place: str) -> tuple[str, dict[str, Decimal]]:
        """The weather."""
        return f"rain in {place}", {"tool.quote.bid": Decimal(1)}

    answer = await asked(Offered(weather), place="New York")
    assert (answer.text, answer.figures, answer.failed) == ("rain in New York", {}, False)


def test_nothing_of_langchain_is_loaded_before_the_first_tool_is_made() -> None:
    code = (
        "import sys, agents.rounds, tools.lookups.offering; "
        "print(*[name for name in sys.modules if name.startswith('langchain_core')])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == ""
