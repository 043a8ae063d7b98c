"""A lookup for tests: it answers what it was told to, and remembers what it was asked."""

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from core.desk.allowance import Allowance
from core.ports.lookups import Answered
from core.ports.model import Tool
from core.record.codec import encode


class Answers:
    """Answers every question with the same figures."""

    def __init__(self, name: str = "quote", latency_ms: int = 0, **figures: str) -> None:
        self.tool = Tool(name, f"What is known of {name}.", {"type": "object", "properties": {}})
        self.asked: list[Mapping[str, Any]] = []
        self._latency_ms = latency_ms
        self._figures = {f"tool.{name}.{figure}": Decimal(value) for figure, value in figures.items()}

    async def answer(self, arguments: Mapping[str, Any], allowance: Allowance) -> Answered:
        self.asked.append(arguments)
        if self._latency_ms:
            await asyncio.sleep(self._latency_ms / 1000)
        return Answered(text=encode({"figures": self._figures}).decode(), figures=self._figures)
