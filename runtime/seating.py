"""Seats a desk: opens the models of its roster, wraps them in their safeguards, and reads their keys.

Without a single key the rules sit in every seat and the desk says so; if some keys are there and one is missing, that
is a mistake a person should hear of, so it is refused by name. Keys come from the environment (`.env` is read into it
by the command line) and go nowhere but to their provider. A cassette or the simulator needs none.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agents.roster import Roster, Seat
from core.errors import BadInput
from core.facts.models import Role
from core.ports.clock import Clock
from core.ports.model import ChatModel
from runtime.model_settings import RULES, ModelSettings, SeatSettings
from runtime.opening import Opening
from runtime.prompting import prompt
from tools.llm.offline.rules import RulesModel

if TYPE_CHECKING:
    from tools.llm.line import Line
    from tools.safeguards.stack import Guardroom


@dataclass
class Seating:
    """Who sits where, and what was opened for it."""

    roster: Roster
    notice: str | None = None
    """What a person should know about the seats, in one line."""
    opening: Opening | None = None

    @property
    def room(self) -> "Guardroom | None":
        """The safeguards that all seats share, if any model needs them."""
        return self.opening.room if self.opening and self.opening.is_guarding else None

    def load(self) -> None:
        """Make the models ready for their first question."""
        if self.opening is not None:
            self.opening.load()

    async def close(self) -> None:
        """Close the connections to the providers."""
        if self.opening is not None:
            await self.opening.close()


def seat(
    settings: ModelSettings,
    clock: Clock,
    given: Mapping[Role, ChatModel] | None = None,
    environment: Mapping[str, str] | None = None,
    line: "Line | None" = None,
    prompts: tuple[Path, ...] = (),
) -> Seating:
    """Seat the configured roster; models that are `given`, and prompts in these folders, go before the configured."""
    ready, keys = given or {}, os.environ if environment is None else environment
    wanted = {role: each for role, each in settings.seats.items() if role not in ready}
    missing = {name: variable for name, variable in missing_keys(settings, keys).items() if _is_wanted(name, wanted)}
    notice = None
    if missing and not _any_key(settings, keys):
        notice = f"no key is set ({', '.join(sorted(set(missing.values())))}): the offline rules sit in every seat"
        wanted = {}
    elif missing:
        name, variable = next(iter(missing.items()))
        raise BadInput(
            f"models.rosters.{settings.roster}: {name!r} needs {variable}, which neither the environment nor .env has; "
            "set it, or choose another roster (models.roster)"
        )
    opening = Opening(settings, clock, keys, line)
    models = {role: opening.seated(role, each) for role, each in wanted.items()}
    seats = {
        role: seat_of(settings, role, ready.get(role) or models.get(role) or RulesModel(settings.rules), prompts)
        for role in settings.seats
    }
    return Seating(Roster(seats["analyst"], seats["verifier"], seats["commander"]), notice, opening)


def seat_of(settings: ModelSettings, role: Role, model: ChatModel, prompts: tuple[Path, ...] = ()) -> Seat:
    """The seat of a role with this model in it."""
    terms = settings.seats[role]
    return Seat(
        role=role,
        model=model,
        prompt=prompt(role, prompts),
        deadline=settings.paces[role].deadline_seconds,
        temperature=terms.temperature,
        max_tokens=terms.max_tokens,
    )


def missing_keys(settings: ModelSettings, keys: Mapping[str, str]) -> dict[str, str]:
    """Models of the roster whose key is not set, with the variable that should hold it."""
    if settings.answers != "provider":
        return {}
    names = [name for each in settings.seats.values() for name in each.names if name != RULES]
    variables = {name: settings.providers[settings.catalogue[name].provider].key for name in names}
    return {name: variable for name, variable in variables.items() if variable and not keys.get(variable)}


def _is_wanted(name: str, wanted: Mapping[Role, SeatSettings]) -> bool:
    return any(name in each.names for each in wanted.values())


def _any_key(settings: ModelSettings, keys: Mapping[str, str]) -> bool:
    return any(keys.get(endpoint.key) for endpoint in settings.providers.values() if endpoint.key)
