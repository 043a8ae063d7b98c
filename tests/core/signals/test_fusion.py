"""The 40/40/20 rule: its vectors, its symmetries, and both sides of each threshold."""

from decimal import Decimal
from itertools import combinations, permutations
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.market.instants import SECOND
from core.signals.fusion import WEIGHTS, Fault, Fused, FusionRules, Opinion, Reason, Source, fuse

NOW = 1_381_152_600 * SECOND
RULES = FusionRules()
SIGNALS = st.decimals(-1, 1, places=3)
CONFIDENCES = st.decimals(Decimal("0.001"), 1, places=3)
PAIRS = st.tuples(SIGNALS, CONFIDENCES)
DESKS = st.dictionaries(st.sampled_from(sorted(WEIGHTS)), PAIRS)


def opinion(signal: str | Decimal, confidence: str | Decimal, **changes: Any) -> Opinion:
    said = {"at": NOW, "provenance": "real", "origin": "model 7", **changes}
    return Opinion(signal=Decimal(signal), confidence=Decimal(confidence), **said)


def fused(said: dict[Any, Any], rules: FusionRules = RULES) -> Fused:
    return fuse({source: opinion(*pair) for source, pair in said.items()}, NOW, "real", rules)


@pytest.mark.parametrize(
    ("said", "action", "reason", "direction", "coverage", "confidence"),
    [
        ({"forecast": (1, ".8"), "policy": (1, ".6"), "sentiment": (0, ".5")}, "buy", "acts", ".848", "1", ".66"),
        ({"forecast": (-1, ".8"), "policy": (1, ".6"), "sentiment": (1, ".5")},
         "hold", "direction_weak", ".030", "1", ".66"),
        ({"sentiment": (1, ".9")}, "hold", "coverage_low", "1", ".2", ".18"),
        ({"forecast": (1, ".9"), "sentiment": (1, ".9")}, "buy", "acts", "1", ".6", ".54"),
        ({"policy": (-1, ".9"), "sentiment": (-1, ".9")}, "sell", "acts", "-1", ".6", ".54"),
        ({"forecast": (1, "1")}, "hold", "coverage_low", "1", ".4", ".4"),
        ({}, "hold", "nothing_usable", None, "0", "0"),
    ],
)  # fmt: skip
def test_the_vectors(
    said: dict[Any, Any], action: str, reason: str, direction: str | None, coverage: str, confidence: str
) -> None:
    found = fused(said)
    assert (found.action, found.reason) == (action, reason)
    assert (found.coverage, found.confidence) == (Decimal(coverage), Decimal(confidence))
    assert (found.direction is None) == (direction is None)
    assert found.direction is None or abs(found.direction - Decimal(direction or 0)) < Decimal("0.0005")


@pytest.mark.parametrize(
    ("short", "enough", "reason"),
    [
        ({"forecast": (".3", "1"), "policy": (".3", "1")},
         {"forecast": (".301", "1"), "policy": (".3", "1")}, "direction_weak"),
        ({"forecast": (1, ".5"), "policy": (1, ".5"), "sentiment": (1, ".5")},
         {"forecast": (1, ".5"), "policy": (1, ".5"), "sentiment": (1, ".501")}, "confidence_low"),
        ({"policy": (1, "1")}, {"policy": (1, "1"), "sentiment": (1, ".6")}, "coverage_low"),
    ],
)  # fmt: skip
def test_each_threshold_can_be_missed_and_passed(short: Any, enough: Any, reason: str) -> None:
    assert (fused(short).action, fused(short).reason) == ("hold", reason)
    assert fused(enough).action == "buy"


def test_every_reason_and_every_fault_is_reachable() -> None:
    reasons = {
        fused(said).reason
        for said in (
            {},
            {"sentiment": (1, 1)},
            {"forecast": (0, 1), "policy": (0, 1)},
            {"forecast": (1, ".2"), "policy": (1, ".2")},
            {"forecast": (1, 1), "policy": (1, 1)},
        )
    }
    assert reasons == set(get_args(Reason))
    faults = {fuse({"policy": said}, NOW, "real", RULES).voices[1].fault for said in UNUSABLE}
    assert faults | {"missing"} == set(get_args(Fault))


UNUSABLE = [
    opinion("NaN", ".9"),
    opinion("1", "NaN"),
    opinion("Infinity", ".9"),
    opinion("1.001", ".9"),
    opinion("1", "1.1"),
    opinion("1", "-.1"),
    opinion("1", "0"),
    opinion("1", ".9", at=NOW + 1),
    opinion("1", ".9", at=NOW - 60 * SECOND - 1),
    opinion("1", ".9", provenance="replay"),
    opinion("1", ".9", provenance="synthetic"),
]


@pytest.mark.parametrize("spoilt", UNUSABLE)
def test_an_unusable_source_counts_as_a_missing_one(spoilt: Opinion) -> None:
    others: dict[Source, Opinion] = {"forecast": opinion("1", ".9"), "sentiment": opinion("-1", ".7")}
    with_it, without = (fuse(said, NOW, "real", RULES) for said in ({**others, "policy": spoilt}, others))
    assert with_it.voices[1].fault not in (None, "missing")
    assert with_it.voices[1].share == 0
    assert (with_it.action, with_it.direction, with_it.confidence) == (
        without.action,
        without.direction,
        without.confidence,
    )


def test_an_opinion_is_fresh_to_the_last_nanosecond_of_its_source() -> None:
    limits: dict[Source, int] = {"forecast": 60, "policy": 60, "sentiment": 3600}
    for source, seconds in limits.items():
        for late, fault in ((0, None), (1, "stale")):
            said: dict[Source, Opinion] = {source: opinion("1", "1", at=NOW - seconds * SECOND - late)}
            (voice,) = (voice for voice in fuse(said, NOW, "real", RULES).voices if voice.opinion)
            assert voice.fault == fault


@pytest.mark.parametrize(
    ("run", "acts"),
    [("real", {"real"}), ("replay", {"real", "replay"}), ("synthetic", set())],
)
def test_synthetic_figures_never_move_anything(run: Any, acts: set[str]) -> None:
    for provenance in ("real", "replay", "synthetic"):
        said = {source: opinion("1", "1", provenance=provenance) for source in WEIGHTS}
        assert (fuse(said, NOW, run, RULES).action == "buy") == (provenance in acts)


def test_who_can_act_is_two_sources_with_a_model_among_them() -> None:
    for size in range(4):
        for chosen in combinations(WEIGHTS, size):
            found = fused(dict.fromkeys(chosen, (1, 1)))
            assert (found.action == "buy") == (size >= 2)


@given(DESKS)
def test_the_order_of_the_sources_does_not_matter(said: dict[str, tuple[Decimal, Decimal]]) -> None:
    for order in permutations(said):
        assert fused({source: said[source] for source in order}) == fused(said)


@given(DESKS)
def test_turning_every_signal_turns_the_answer(said: dict[str, tuple[Decimal, Decimal]]) -> None:
    found = fused(said)
    turned = fused({source: (-signal, confidence) for source, (signal, confidence) in said.items()})
    assert turned.action == {"buy": "sell", "sell": "buy", "hold": "hold"}[found.action]
    assert (turned.reason, turned.confidence, turned.coverage) == (found.reason, found.confidence, found.coverage)


@given(DESKS, st.sampled_from(["0.1", "0.25", "0.5", "0.8"]))
def test_scaling_all_confidences_scales_only_the_confidence(
    said: dict[str, tuple[Decimal, Decimal]], factor: str
) -> None:
    found = fused(said)
    scaled = fused({source: (signal, confidence * Decimal(factor)) for source, (signal, confidence) in said.items()})
    assert scaled.confidence == found.confidence * Decimal(factor)
    assert (
        scaled.direction is None
        or found.direction is None
        or abs(scaled.direction - found.direction) < Decimal("1e-20")
    )


LEANING = st.fixed_dictionaries(
    dict.fromkeys(WEIGHTS, st.tuples(st.decimals("-0.2", 1, places=3), st.decimals("0.5", 1, places=3)))
)


@given(LEANING)
def test_a_surer_source_that_agrees_never_turns_the_answer(said: dict[str, tuple[Decimal, Decimal]]) -> None:
    found = fused(said)
    for source, (signal, _) in said.items():
        surer = fused({**said, source: (signal, Decimal(1))})
        assert surer.action != "sell" or signal < 0
        assert found.action != "buy" or signal < (found.direction or 0) or surer.action == "buy"


@given(LEANING, st.sampled_from(sorted(WEIGHTS)))
def test_a_stronger_buy_is_never_less_of_a_buy(said: dict[str, tuple[Decimal, Decimal]], source: str) -> None:
    stronger = fused({**said, source: (Decimal(1), said[source][1])})
    assert fused(said).action != "buy" or stronger.action == "buy"
    assert (stronger.direction or 0) >= (fused(said).direction or 0)


@given(DESKS, st.sampled_from(sorted(WEIGHTS)))
def test_a_missing_source_costs_confidence(said: dict[str, tuple[Decimal, Decimal]], source: str) -> None:
    said = {**said, source: said.get(source, (Decimal(1), Decimal(1)))}
    fewer = {other: pair for other, pair in said.items() if other != source}
    assert fused(fewer).confidence < fused(said).confidence
    assert fused(fewer).coverage == fused(said).coverage - WEIGHTS[source]  # type: ignore[index]


@given(DESKS)
def test_the_answer_lies_between_the_loudest_voices_and_names_each_share(
    said: dict[str, tuple[Decimal, Decimal]],
) -> None:
    found = fused(said)
    assert [voice.source for voice in found.voices] == list(WEIGHTS)
    assert found.direction is None or min(signal for signal, _ in said.values()) - Decimal("1e-20") <= found.direction
    assert not said or abs(sum((voice.share for voice in found.voices), Decimal(-1))) < Decimal("1e-20")
    assert {voice.source for voice in found.voices if voice.opinion is not None} == set(said)


def test_the_fused_signal_survives_the_wire() -> None:
    found = fused({"forecast": (1, ".9"), "sentiment": (1, ".9")})
    assert msgspec.json.decode(msgspec.json.encode(found), type=Fused) == found


@pytest.mark.parametrize(
    "changes",
    [
        {"coverage": Decimal("0.59")},
        {"direction": Decimal("0.29")},
        {"confidence": Decimal("0.49")},
        {"confidence": Decimal(1)},
        {"policy_seconds": 0},
        {"sentiment_seconds": 3601},
    ],
)
def test_a_file_can_only_tighten_the_rules(changes: Any) -> None:
    with pytest.raises(BadInput, match=next(iter(changes))):
        FusionRules(**changes)
