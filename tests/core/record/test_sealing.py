"""Versions, links, and what a stored row must be to be believed."""

from collections import Counter
from hashlib import sha256

import msgspec
import pytest

from core.errors import BadInput, JournalBroken, VersionConflict
from core.facts.catalogue import OPERATIONS
from core.facts.verdicts import Abstained, Analysis, Decision
from core.record.audit import Audit, evidence
from core.record.chain import GENESIS, link
from core.record.codec import digest, encode
from core.record.sealing import Row, Tip, Versions, chain_of, seal, unseal
from tests.samples import REPLY, REQUEST, RUN, SAMPLES, draft, settled


def sealed(count: int = 5) -> list[Row]:
    return seal([settled(number, f"run:{number % 2}") for number in range(count)], {"decisions": Tip()}).rows[
        "decisions"
    ]


def hashed_anew(row: Row, previous: bytes, **change: object) -> Row:
    envelope = msgspec.structs.replace(unseal(row, previous).envelope, **change)
    body = encode(envelope)
    columns = (envelope.id, envelope.timestamp, envelope.type, envelope.stream, envelope.version)
    return (row[0], *columns, body, link(previous, body))


def test_a_link_covers_what_came_before_and_the_body() -> None:
    assert link(GENESIS, b"body") == sha256(bytes(32) + b"body").digest()
    assert len({link(GENESIS, b"a"), link(GENESIS, b"b"), link(link(GENESIS, b"a"), b"b")}) == 3


def test_what_was_sealed_is_accepted_and_leads_to_the_same_tip() -> None:
    written, read = Tip(), Tip()
    for number in range(20):
        event, row = written.seal(settled(number, f"run:{number % 3}"))
        assert read.accept(row) == event
    assert read == written
    assert written.versions == Counter({"run:0": 7, "run:1": 7, "run:2": 6})


def test_versions_go_on_from_what_the_store_says() -> None:
    tip = Tip(10, bytes(32), Versions({"desk": 4}.__getitem__))
    assert [tip.seal(settled(number, "desk"))[0].envelope.version for number in (1, 2)] == [5, 6]
    tip.expect({"desk": 6})
    with pytest.raises(VersionConflict, match="'desk' is at version 6, not at 5"):
        tip.expect({"desk": 5})


def test_each_fact_goes_to_its_chain() -> None:
    for name, fact in SAMPLES.items():
        assert chain_of(fact) == ("operations" if name in OPERATIONS else "decisions")
    drafts = [draft(fact, name) for name, fact in SAMPLES.items()]
    rows = seal(drafts, {"decisions": Tip(), "operations": Tip()}).rows
    assert {row[3] for row in rows["operations"]} == OPERATIONS


def test_a_row_that_is_missing_swapped_or_repeated_is_found_at_its_place() -> None:
    rows = sealed()
    for order, broken in (([0, 2], 2), ([0, 1, 1], 3), ([1], 1), ([0, 2, 1], 2)):
        tip = Tip()
        with pytest.raises(JournalBroken, match=f"event {broken} is missing") as fault:
            for index in order:
                tip.accept(rows[index])
        assert fault.value.position == broken
        assert tip.position == broken - 1


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        (1, "other", "column id"),
        (2, 17, "column at"),
        (3, "DECISION_MADE", "column type"),
        (4, "desk", "column stream"),
        (5, 9, "column version"),
        (6, b"{}", "was changed"),
        (6, "text", "was changed"),
        (6, None, "was changed"),
        (7, bytes(32), "was changed"),
        (7, None, "was changed"),
    ],
)
def test_a_changed_column_is_named(column: int, value: object, words: str) -> None:
    first, second, *_ = sealed()
    tip = Tip()
    tip.accept(first)
    changed = (*second[:column], value, *second[column + 1 :])
    with pytest.raises(JournalBroken, match=words) as fault:
        tip.accept(changed)  # type: ignore[arg-type]
    assert fault.value.position == 2


def test_a_chain_hashed_anew_still_shows_a_version_that_does_not_follow() -> None:
    rows = sealed(3)
    tip = Tip()
    tip.accept(rows[0])
    tip.accept(rows[1])
    forged = hashed_anew(rows[2], tip.hash, version=7)
    with pytest.raises(JournalBroken, match="version 7 follows version 1 of stream 'run:0'"):
        tip.accept(forged)


def test_a_chain_hashed_anew_still_shows_a_body_that_is_no_event() -> None:
    body = b'{"id":"a"}'
    row = (1, "a", 1, "RUN_SETTLED", "desk", 1, body, link(GENESIS, body))
    with pytest.raises(JournalBroken, match="event 1: an event cannot be read") as fault:
        unseal(row, GENESIS)
    assert fault.value.position == 1


@pytest.mark.parametrize("kind", ["SIGNAL_GENERATED", "ANALYSIS_MADE", "DECISION_MADE"])
def test_words_from_outside_are_recorded_only_if_they_can_be_read_again(kind: str) -> None:
    sample = SAMPLES[kind]
    changes: dict[str, dict[str, object]] = {
        "SIGNAL_GENERATED": {"event": None},
        "ANALYSIS_MADE": {"confidence": 101},
        "DECISION_MADE": {"rationale": "x" * 2001},
    }
    bad = msgspec.structs.replace(sample, **changes[kind])
    assert isinstance(bad, type(sample))
    with pytest.raises(BadInput, match=f"{kind} 'made' cannot be recorded"):
        Tip().seal(draft(bad, "made"))


def test_half_a_character_cannot_be_recorded() -> None:
    with pytest.raises(BadInput, match="ABSTAINED 'made' cannot be recorded"):
        Tip().seal(draft(Abstained("analyst", "malformed", "half a pair \ud83d"), "made"))


def test_an_audit_follows_digests_to_their_bytes() -> None:
    blobs = {digest(REQUEST): REQUEST, digest(REPLY): REPLY}
    drafts = [
        settled(1),
        draft(SAMPLES["MODEL_REPLIED"], f"{RUN}.replied"),
        draft(SAMPLES["ANALYSIS_MADE"], f"{RUN}.a"),
    ]
    rows = seal(drafts, {"decisions": Tip()}).rows["decisions"]
    audit = Audit(blobs.get)
    for row in rows:
        audit.accept(row)
    assert (audit.position, audit.hash) == (3, rows[-1][7])
    assert audit.seen == set(blobs)
    for damage, words in (({digest(REPLY): b"forged"}, "changed"), ({digest(REPLY): None}, "missing")):
        audit = Audit({**blobs, **damage}.get)
        audit.accept(rows[0])
        with pytest.raises(JournalBroken, match=f"event 2: .*{words}"):
            audit.accept(rows[1])
        assert audit.position == 1


def test_only_a_model_call_needs_its_bytes() -> None:
    assert evidence(SAMPLES["MODEL_REPLIED"]) == (digest(REQUEST), digest(REPLY))
    assert isinstance(SAMPLES["ANALYSIS_MADE"], Analysis) and evidence(SAMPLES["ANALYSIS_MADE"]) == ()
    assert isinstance(SAMPLES["DECISION_MADE"], Decision) and evidence(SAMPLES["DECISION_MADE"]) == ()
