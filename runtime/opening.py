"""Opens models: by their name in the catalogue, plain or within the safeguards of a seat.

Nothing is imported of any provider, and no connection is made, before a model needs it.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from core.facts.models import Role, Usage
from core.market.instruments import Money
from core.ports.clock import Clock
from core.ports.model import ChatModel
from runtime.model_settings import RULES, Answers, ModelSettings, SeatSettings
from tools.llm.endpoints import Endpoint, ModelTerms
from tools.llm.offline.rules import RulesModel

if TYPE_CHECKING:
    from tools.llm.line import Line
    from tools.llm.wires.served import ServedModel
    from tools.safeguards.budget import Price
    from tools.safeguards.stack import Guardroom, Served

RECORDED_KEY = "none-is-needed"
"""What stands in a request to a cassette or a simulator."""


class Opening:
    """The models of one desk, and the one line to their providers."""

    def __init__(
        self, settings: ModelSettings, clock: Clock, keys: Mapping[str, str], line: "Line | None" = None
    ) -> None:
        self.settings = settings
        self.clock = clock
        self._keys = keys
        self._given = line
        self._opened = line is not None
        self._models: list[ServedModel] = []

    @cached_property
    def line(self) -> "Line":
        """The connections to the providers, or what stands in for them."""
        self._opened = True
        return self._given or _LINES[self.settings.answers](self.settings)

    @cached_property
    def room(self) -> "Guardroom":
        """The safeguards that all seats share."""
        from tools.safeguards.stack import Guardroom

        return Guardroom(self.settings.safeguards, self.clock)

    @property
    def is_guarding(self) -> bool:
        """Whether any model that was opened needs safeguards."""
        return "room" in self.__dict__

    def seated(self, role: Role, seat: SeatSettings) -> ChatModel:
        """The model of a seat, with its fallbacks and within its safeguards."""
        if seat.names == (RULES,):
            return RulesModel(self.settings.rules)
        from tools.safeguards.stack import guarded

        chain = [self._served(name) for name in seat.names]
        return guarded(chain, self.settings.paces[role].deadline_seconds, self.room)

    def plain(self, name: str) -> "ServedModel":
        """A model of the catalogue with nothing around it."""
        from tools.llm.opening import open_model

        terms = self.settings.catalogue[name]
        endpoint = self.endpoint(terms.provider)
        model = open_model(name, terms, endpoint, self.key(endpoint), self.line.client, self.clock)
        self._models.append(model)
        return model

    def load(self) -> None:
        """Import the libraries of the providers whose models were opened; it takes a second or two for each."""
        for model in self._models:
            model.load()

    def endpoint(self, provider: str) -> Endpoint:
        """Where a provider is asked, and what its answers are called: a simulator on the network stays one."""
        configured = self.settings.providers[provider]
        return configured if self.line.origin == "provider" else structs.replace(configured, origin=self.line.origin)

    def key(self, endpoint: Endpoint) -> str | None:
        """The key for a provider, from the environment; a stand-in where none is needed."""
        if self.settings.answers != "provider":
            return RECORDED_KEY
        return self._keys.get(endpoint.key) if endpoint.key else None

    async def close(self) -> None:
        """Close the line if it was opened."""
        if self._opened:
            await self.line.close()

    def _served(self, name: str) -> "Served":
        from tools.safeguards.stack import Served

        if name == RULES:
            return Served(RulesModel(self.settings.rules))
        terms = self.settings.catalogue[name]
        return Served(self.plain(name), terms.provider, self._priced(terms))

    def _priced(self, terms: ModelTerms) -> "Price":
        from tools.llm.pricing import cost_of

        endpoint = self.endpoint(terms.provider)

        def price(tokens_in: int, tokens_out: int) -> Money | None:
            return cost_of(terms, endpoint, terms.model, Usage(tokens_in, tokens_out), self.clock.now())

        return price


def cassette_file(name: str) -> Path:
    """Where a cassette lies; a bare name is one of those that ship."""
    shipped = Path(str(files("evals"))) / "cassettes"
    return Path(name) if Path(name).parent != Path(".") else shipped / name


def _network(_settings: ModelSettings) -> "Line":
    from tools.llm.line import network

    return network()


def _cassette(settings: ModelSettings) -> "Line":
    from tools.llm.line import recorded

    return recorded(cassette_file(settings.cassette))


def _simulator(settings: ModelSettings) -> "Line":
    from tools.llm.line import simulated

    return simulated(settings.rules, settings.catalogue.values())


_LINES: Mapping[Answers, "Callable[[ModelSettings], Line]"] = {
    "provider": _network,
    "cassette": _cassette,
    "simulator": _simulator,
}
