"""Gives an answer again to a request of the very same bytes. What is drawn at a temperature is never kept."""

from collections import OrderedDict

from msgspec import structs

from core.market.instruments import Money
from core.ports.model import ChatModel, ChatRequest, Completion
from core.record.codec import digest, encode
from tools.safeguards.counts import Counts

KEPT = "kept: "
"""Begins the request id of an answer that was given before."""


class Cache:
    """Keeps so many answers, those asked for last."""

    def __init__(self, model: ChatModel, entries: int) -> None:
        self.name, self.label = model.name, model.label
        self._model = model
        self._entries = entries
        self._kept: OrderedDict[str, Completion] = OrderedDict()
        self._figures = {"hits": 0, "misses": 0}

    async def complete(self, request: ChatRequest) -> Completion:
        """The answer that is kept, marked and free of charge, or a new one."""
        if request.temperature != 0:
            return await self._model.complete(request)
        key = digest(self.name.encode() + b"\0" + encode(request))
        if (kept := self._kept.get(key)) is not None:
            self._kept.move_to_end(key)
            self._figures["hits"] += 1
            return kept
        self._figures["misses"] += 1
        completion = await self._model.complete(request)
        if completion.finish == "stop" and completion.text.strip():
            self._keep(key, completion)
        return completion

    def counts(self) -> Counts:
        """Hits, misses, and how many answers are kept."""
        return Counts("cache", self.name, {**self._figures, "kept": len(self._kept)})

    def _keep(self, key: str, completion: Completion) -> None:
        self._kept[key] = structs.replace(
            completion,
            request_id=f"{KEPT}{completion.request_id or key[:12]}",
            cost=completion.cost and Money(completion.cost.amount * 0, completion.cost.currency),
            usage=None,
            latency=0,
            first_token=None,
        )
        while len(self._kept) > self._entries:
            self._kept.popitem(last=False)
