"""Three opinions into one signal: forecast (ML) 40 %, policy (RL) 40 %, sentiment 20 %, each by its confidence.

Each source gives a signal s from -1 (sell) to 1 (buy) and a confidence c from 0 to 1; w are the weights. Over the
usable sources

    direction   sum(w c s) / sum(w c)
    coverage    sum(w): how much of the judgement is there at all
    confidence  sum(w c): a missing source costs, it is never made up for by the others

and the answer is buy or sell only if coverage >= 0.6 (so two sources speak, one of them a model; sentiment alone never
acts), |direction| > 0.3 and confidence > 0.5. Else it is hold, with the first reason that applies. A source is usable
if it is there, in range, confident at all, fresh, and of a provenance this run may act on: synthetic figures move
nothing. Live, replay and backtest call this one function; it says what each source gave and why one was left out.

All is exact: the threshold is held against sums, not against the rounded quotient; 0.4 + 0.2 is 0.6. The answer does
not depend on the order of the sources, and turning every signal round turns the answer round.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from core.market.instants import SECOND
from core.market.instruments import Provenance, bounded

Source = Literal["forecast", "policy", "sentiment"]
Action = Literal["buy", "sell", "hold"]
Reason = Literal["acts", "nothing_usable", "coverage_low", "direction_weak", "confidence_low"]
Fault = Literal["missing", "not_a_number", "out_of_range", "unsure", "early", "stale", "provenance"]

WEIGHTS: dict[Source, Decimal] = {
    "forecast": Decimal("0.4"),
    "policy": Decimal("0.4"),
    "sentiment": Decimal("0.2"),
}
BELIEVED: dict[Provenance, frozenset[Provenance]] = {
    "real": frozenset({"real"}),
    "replay": frozenset({"real", "replay"}),
    "synthetic": frozenset(),
}
"""The provenances each kind of run may act on."""


class Opinion(Struct, frozen=True, forbid_unknown_fields=True):
    """What one source says of one instrument."""

    signal: Decimal
    confidence: Decimal
    at: int
    """When it was formed, in nanoseconds UTC."""
    provenance: Provenance
    origin: str
    """The model or feed it came from, with its version."""


class FusionRules(Struct, frozen=True, forbid_unknown_fields=True):
    """When opinions become an action (table `[signals.fusion]` of the configuration)."""

    coverage: Decimal = Decimal("0.6")
    direction: Decimal = Decimal("0.3")
    confidence: Decimal = Decimal("0.5")
    forecast_seconds: int = 60
    policy_seconds: int = 60
    sentiment_seconds: int = 3600

    def __post_init__(self) -> None:
        bounded("coverage", self.coverage, Decimal("0.6"), Decimal(1))
        bounded("direction", self.direction, Decimal("0.3"), Decimal("0.99"))
        bounded("confidence", self.confidence, Decimal("0.5"), Decimal("0.99"))
        for source in WEIGHTS:
            bounded(f"{source}_seconds", Decimal(self.seconds(source)), Decimal(1), Decimal(3600))

    def seconds(self, source: Source) -> int:
        """How old an opinion of this source may be."""
        return {
            "forecast": self.forecast_seconds,
            "policy": self.policy_seconds,
            "sentiment": self.sentiment_seconds,
        }[source]


class Voice(Struct, frozen=True):
    """What became of one source: its part of the direction, or why it has none."""

    source: Source
    opinion: Opinion | None
    fault: Fault | None
    share: Decimal
    """w c over the sum of all w c; 0 if it was left out."""


class Fused(Struct, frozen=True):
    """The one signal, why, and from what."""

    action: Action
    reason: Reason
    direction: Decimal | None
    """Nothing if there was nothing usable."""
    coverage: Decimal
    confidence: Decimal
    voices: tuple[Voice, ...]


def fuse(opinions: Mapping[Source, Opinion], now: int, run: Provenance, rules: FusionRules) -> Fused:
    """One signal from what the sources say of one instrument at this instant."""
    faults = {source: _fault(opinions.get(source), source, now, run, rules) for source in WEIGHTS}
    usable = {source: opinions[source] for source, fault in faults.items() if fault is None}
    coverage = sum((WEIGHTS[source] for source in usable), Decimal(0))
    backing = sum((WEIGHTS[source] * opinion.confidence for source, opinion in usable.items()), Decimal(0))
    pull = sum(
        (WEIGHTS[source] * opinion.confidence * opinion.signal for source, opinion in usable.items()), Decimal(0)
    )
    reason = _reason(coverage, pull, backing, rules)
    action: Action = "hold" if reason != "acts" else "buy" if pull > 0 else "sell"
    voices = tuple(
        Voice(source, opinions.get(source), fault, _share(source, opinions, fault, backing))
        for source, fault in faults.items()
    )
    return Fused(action, reason, pull / backing if usable else None, coverage, backing, voices)


def _reason(coverage: Decimal, pull: Decimal, backing: Decimal, rules: FusionRules) -> Reason:
    if not coverage:
        return "nothing_usable"
    if coverage < rules.coverage:
        return "coverage_low"
    if abs(pull) <= rules.direction * backing:
        return "direction_weak"
    return "acts" if backing > rules.confidence else "confidence_low"


def _fault(opinion: Opinion | None, source: Source, now: int, run: Provenance, rules: FusionRules) -> Fault | None:
    if opinion is None:
        return "missing"
    if not (opinion.signal.is_finite() and opinion.confidence.is_finite()):
        return "not_a_number"
    if abs(opinion.signal) > 1 or not 0 <= opinion.confidence <= 1:
        return "out_of_range"
    if opinion.provenance not in BELIEVED[run]:
        return "provenance"
    if opinion.at > now:
        return "early"
    if now - opinion.at > rules.seconds(source) * SECOND:
        return "stale"
    return None if opinion.confidence else "unsure"


def _share(source: Source, opinions: Mapping[Source, Opinion], fault: Fault | None, backing: Decimal) -> Decimal:
    if fault is not None:
        return Decimal(0)
    return WEIGHTS[source] * opinions[source].confidence / backing
