"""Which models there are, who sits where, and how long each may think (file `models.toml`).

How to read it: `providers` say where models are served, `catalogue` names models at providers, a roster seats catalogue
names, a tempo gives each seat its time. The name `rules` needs no entry: it is the offline seat.
"""

from collections.abc import Iterable
from decimal import Decimal
from difflib import get_close_matches
from typing import Literal, get_args

from msgspec import Struct

from agents.capabilities import permit
from core.desk.service_levels import Level, Stage
from core.errors import BadInput
from core.facts.models import Role
from core.market.instruments import bounded, positive
from tools.llm.endpoints import Endpoint, ModelTerms
from tools.llm.offline.terms import RulesTerms
from tools.safeguards.terms import Safeguards

RULES = "rules"
Answers = Literal["provider", "cassette", "simulator"]


class SeatSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Which model sits in a seat, and who takes over when it cannot answer."""

    model: str
    fallback: tuple[str, ...] = ()
    """Names of the catalogue, asked in this order when the model before cannot answer."""
    temperature: Decimal = Decimal(0)
    max_tokens: int = 1024

    @property
    def names(self) -> tuple[str, ...]:
        """The model and its fallbacks."""
        return (self.model, *self.fallback)


class Pace(Struct, frozen=True, forbid_unknown_fields=True):
    """How long a seat may think; from `warning` on it is named, from `critical` on it is a fault of the provider."""

    deadline_seconds: Decimal
    warning_seconds: Decimal | None = None
    critical_seconds: Decimal | None = None

    @property
    def level(self) -> Level:
        """The same as a service level."""
        warning, critical = (
            None if bound is None else int(bound * 1000) for bound in (self.warning_seconds, self.critical_seconds)
        )
        return Level(int(self.deadline_seconds * 1000), warning, critical)


class ModelSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The seats, and everything that may sit in them."""

    roster: str
    tempo: str
    providers: dict[str, Endpoint]
    catalogue: dict[str, ModelTerms]
    rosters: dict[str, dict[Role, SeatSettings]]
    tempos: dict[str, dict[Role, Pace]]
    answers: Answers = "provider"
    """Who answers for the providers: they themselves, a recorded cassette, or the simulator in this process."""
    cassette: str = "demo.yaml.gz"
    """The recording, if a cassette answers; a bare name is one of those that ship."""
    rules: RulesTerms = RulesTerms()
    lookups: dict[Role, tuple[str, ...]] = {}
    """What each role may look up while it thinks; a role that is absent looks nothing up."""
    safeguards: Safeguards = Safeguards()

    def __post_init__(self) -> None:
        _known("models.roster", self.roster, (*self.rosters, RULES))
        _known("models.tempo", self.tempo, self.tempos)
        for looking, names in self.lookups.items():
            permit(looking, names)
        for name, terms in self.catalogue.items():
            _known(f"models.catalogue.{name}.provider", terms.provider, self.providers)
        for name, seats in self.rosters.items():
            _complete(f"models.rosters.{name}", seats)
            for role, seat in seats.items():
                _check_seat(f"models.rosters.{name}.{role}", seat, self.catalogue)
            _check_independence(f"models.rosters.{name}", seats, self.catalogue)
        for name, tempo in self.tempos.items():
            _complete(f"models.tempos.{name}", tempo)
            for role, pace in tempo.items():
                _check_pace(f"models.tempos.{name}.{role}", pace)

    @property
    def seats(self) -> dict[Role, SeatSettings]:
        """Who is to sit where."""
        return self.rosters[self.roster] if self.roster != RULES else {role: OFFLINE for role in get_args(Role)}

    @property
    def levels(self) -> dict[str, Level]:
        """What the stages of the seats are held against: the deadline is the target."""
        return {STAGES[role]: pace.level for role, pace in self.paces.items()}

    @property
    def paces(self) -> dict[Role, Pace]:
        """How long each seat may think."""
        return self.tempos[self.tempo]


STAGES: dict[Role, Stage] = {"analyst": "analyze", "verifier": "verify", "commander": "command"}
OFFLINE = SeatSettings(RULES)


def _known(path: str, name: str, names: Iterable[str]) -> None:
    known = sorted(names)
    if name not in known:
        near = get_close_matches(name, known, 1)
        raise BadInput(
            f"{path}: nothing is called {name!r}; "
            + (f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}")
        )


def _complete(path: str, seats: dict[Role, SeatSettings] | dict[Role, Pace]) -> None:
    missing = set(get_args(Role)) - set(seats)
    if missing:
        raise BadInput(f"{path}: no seat for {', '.join(sorted(missing))}")


def _check_seat(path: str, seat: SeatSettings, catalogue: dict[str, ModelTerms]) -> None:
    for name in seat.names:
        _known(f"{path}.model", name, (*catalogue, RULES))
    bounded(f"{path}.temperature", seat.temperature, Decimal(0), Decimal(2))
    bounded(f"{path}.max_tokens", Decimal(seat.max_tokens), Decimal(64), Decimal(65_536))


def _check_independence(path: str, seats: dict[Role, SeatSettings], catalogue: dict[str, ModelTerms]) -> None:
    """Whoever steps in for the verifier is to be another than the analyst, and one that can doubt."""
    verifier = seats["verifier"]
    if RULES in verifier.fallback:
        raise BadInput(
            f"{path}.verifier.fallback: the rules cannot stand in for a verifier that has failed; name another model, "
            "or none: the desk then abstains"
        )
    weights = {role: {_weights(name, catalogue): name for name in seat.names} for role, seat in seats.items()}
    shared = weights["analyst"].keys() & weights["verifier"].keys()
    if shared and len({each for role in weights.values() for each in role}) > 1:
        same = sorted(shared)[0]
        raise BadInput(
            f"{path}.verifier: {weights['verifier'][same]!r} has the same weights as the analyst's "
            f"{weights['analyst'][same]!r}, so it would verify itself; name one with other weights"
        )


def _weights(name: str, catalogue: dict[str, ModelTerms]) -> str:
    return name if name == RULES else catalogue[name].weights or catalogue[name].model


def _check_pace(path: str, pace: Pace) -> None:
    positive(f"{path}.deadline_seconds", pace.deadline_seconds, Decimal(600))
    warning, critical = pace.warning_seconds, pace.critical_seconds
    if warning is not None and critical is not None and warning > critical:
        raise BadInput(f"{path}.warning_seconds: must not be above critical_seconds, {critical}, found {warning}")
