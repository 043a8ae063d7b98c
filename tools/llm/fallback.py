"""A chain of models: the next one is asked when the one before it cannot answer.

An answer is an answer, a refusal to reply among them: nobody is asked on until somebody says yes.
"""

from collections.abc import Sequence

from core.errors import BadInput, Degraded, Transient
from core.ports.model import ChatModel, ChatRequest, Completion
from tools.safeguards.counts import Counts


class Fallback:
    """Asks one model after the other, in the order of the chain."""

    def __init__(self, models: Sequence[ChatModel]) -> None:
        self.name, self.label = chained(models)
        self._models = tuple(models)
        self._answered = dict.fromkeys((model.name for model in models), 0)
        self._failed = 0

    async def complete(self, request: ChatRequest) -> Completion:
        """The first answer, or the worst of all faults."""
        faults: list[Transient | Degraded] = []
        for model in self._models:
            try:
                completion = await model.complete(request)
            except (Transient, Degraded) as fault:
                faults.append(fault)
            else:
                self._answered[model.name] += 1
                return completion
        self._failed += 1
        raise worst(faults)

    def counts(self) -> Counts:
        """Who answered how often, and how often nobody did."""
        return Counts("fallback", self.name, {**self._answered, "nobody": self._failed})


def worst(faults: Sequence[Transient | Degraded]) -> Transient | Degraded:
    """The fault that asks for most: a person's look, then going on smaller, then trying again; of several the first."""
    return max(faults, key=lambda fault: (isinstance(fault, Degraded), getattr(fault, "lasting", False)))


def chained(models: Sequence[ChatModel]) -> tuple[str, str]:
    """Name and label of a chain: those of its models, each once."""
    if not models:
        raise BadInput("a chain of models must name at least one")
    names, labels = (dict.fromkeys(getattr(model, word) for model in models) for word in ("name", "label"))
    return " or ".join(names), " or ".join(labels)
