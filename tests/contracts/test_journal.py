"""What every journal promises, whatever it is made of."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest

from core.errors import AlreadyRecorded, BadInput, Halt, VersionConflict
from core.facts.desk import RunSettled
from core.facts.operations import RunTimed
from core.facts.verdicts import Decision
from core.ports.journal import Chain, Head, Journal
from core.record.chain import GENESIS, link
from core.record.codec import digest, encode
from core.record.envelope import Draft, Recorded
from tests.samples import BRIEFING, REPLY, REQUEST, RUN, SAMPLES, draft, settled
from tools.journals.memory import MemoryJournal
from tools.journals.sqlite import SqliteJournal

MAKERS: dict[str, Callable[[Path], Journal]] = {
    "memory": lambda folder: MemoryJournal(),
    "sqlite": lambda folder: SqliteJournal.open(folder / "journal.db"),
}


@pytest.fixture(params=MAKERS)
async def journal(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Journal]:
    made = MAKERS[request.param](tmp_path)
    yield made
    await made.close()


async def everything(
    journal: Journal, chain: Chain = "decisions", after: int = 0, stream: str | None = None
) -> list[Recorded]:
    return [event async for event in journal.read(chain=chain, after=after, stream=stream)]


def timed(number: int) -> Draft:
    return draft(RunTimed(RUN, {"gate": number}), f"{RUN}.timed.{number}")


def as_written(drafts: Sequence[Draft]) -> list[tuple[str, int, object]]:
    return [(one.id, one.at, one.fact) for one in drafts]


def as_read(events: Sequence[Recorded]) -> list[tuple[str, int, object]]:
    return [(one.envelope.id, one.envelope.timestamp, one.fact) for one in events]


async def test_an_empty_journal_ends_at_genesis(journal: Journal) -> None:
    assert await journal.head() == await journal.head("operations") == Head(0, GENESIS)
    assert await everything(journal) == await everything(journal, after=-1) == []
    assert await journal.find("anything") is None
    assert await journal.blob(digest(b"anything")) is None
    assert (await journal.verify()).broken is None


async def test_every_fact_of_the_catalogue_is_read_as_it_was_written(journal: Journal) -> None:
    for data in (BRIEFING, REQUEST, REPLY):
        journal.put(data)
    drafts = [draft(fact, f"{RUN}.{name}") for name, fact in SAMPLES.items()]
    recorded = await journal.append(drafts)
    read = await everything(journal) + await everything(journal, "operations")
    assert sorted(as_read(recorded)) == sorted(as_written(drafts)) == sorted(as_read(read))
    assert {event.envelope.id: event for event in recorded} == {event.envelope.id: event for event in read}
    assert (await journal.verify()).broken is None
    assert (await journal.verify("operations")).broken is None


async def test_events_keep_their_order_and_each_is_linked_to_the_one_before(journal: Journal) -> None:
    first = await journal.append([settled(1), settled(2)])
    second = await journal.append([settled(3)])
    read = await everything(journal)
    assert tuple(read) == first + second
    assert [event.position for event in read] == [1, 2, 3]
    previous = GENESIS
    for event in read:
        previous = link(previous, encode(event.envelope))
        assert event.hash == previous
    assert await journal.head() == Head(3, previous)


async def test_an_event_says_what_it_is_and_what_led_to_it(journal: Journal) -> None:
    (event,) = await journal.append([settled(1)])
    assert event.envelope.type == "RUN_SETTLED"
    assert event.envelope.metadata.correlation == RUN
    assert event.envelope.metadata.causation == f"{RUN}.signal"


async def test_versions_count_within_a_stream(journal: Journal) -> None:
    await journal.append([settled(1, "desk"), settled(2, "run:a"), settled(3, "desk")])
    await journal.append([settled(4, "desk")])
    desk = await everything(journal, stream="desk")
    assert [event.envelope.version for event in desk] == [1, 2, 3]
    assert [event.position for event in desk] == [1, 3, 4]
    assert [event.position for event in await everything(journal, stream="desk", after=1)] == [3, 4]
    assert await everything(journal, stream="nobody") == []


async def test_reading_begins_after_a_position_and_ends_where_the_journal_ended(journal: Journal) -> None:
    await journal.append([settled(number) for number in range(5)])
    assert [event.position for event in await everything(journal, after=3)] == [4, 5]
    assert await everything(journal, after=-1) == await everything(journal)
    assert await everything(journal, after=5) == await everything(journal, after=99) == []
    seen = 0
    async for event in journal.read():
        await journal.append([settled(100 + event.position)])
        seen += 1
    assert seen == 5


async def test_operations_have_a_chain_of_their_own_that_decisions_never_feel(journal: Journal) -> None:
    await journal.append([settled(1), timed(1), settled(2)])
    await journal.append([timed(2)])
    mixed = await journal.head()
    plain = MemoryJournal()
    await plain.append([settled(1), settled(2)])
    assert mixed == await plain.head()
    assert [event.position for event in await everything(journal, "operations")] == [1, 2]


async def test_mixed_chains_come_back_in_the_order_of_the_drafts(journal: Journal) -> None:
    drafts = [timed(1), settled(1), timed(2), settled(2)]
    assert as_read(await journal.append(drafts)) == as_written(drafts)


async def test_an_expected_version_holds_or_nothing_is_written(journal: Journal) -> None:
    await journal.append([settled(1, "desk")], expect={"desk": 0})
    await journal.append([settled(2, "desk")], expect={"desk": 1, "run:new": 0})
    before = await journal.head()
    for expect in ({"desk": 1}, {"desk": 3}, {"run:new": 1}, {"desk": 2, "run:new": 7}):
        with pytest.raises(VersionConflict):
            await journal.append([settled(3, "desk")], expect=expect)
    assert await journal.head() == before
    assert await journal.find(settled(3).id) is None


async def test_an_operation_does_not_move_the_version_a_decision_expects(journal: Journal) -> None:
    await journal.append([timed(1)])
    await journal.append([settled(1)], expect={f"run:{RUN}": 0})
    assert (await journal.head()).position == 1


@pytest.mark.parametrize(
    "drafts",
    [
        [settled(1)],
        [settled(2), settled(1)],
        [settled(2), settled(3), settled(2)],
        [draft(RunTimed(RUN, {}), settled(1).id)],
        [settled(2), draft(RunTimed(RUN, {}), settled(2).id)],
    ],
    ids=["alone", "after a new one", "within the batch", "from the other chain", "across chains of the batch"],
)
async def test_a_repeated_identity_is_refused_with_all_that_came_along(journal: Journal, drafts: list[Draft]) -> None:
    await journal.append([settled(1)])
    before = await journal.head()
    with pytest.raises(AlreadyRecorded) as refusal:
        await journal.append(drafts)
    assert refusal.value.identity in {settled(1).id, settled(2).id}
    assert await journal.head() == before
    assert await journal.head("operations") == Head(0, GENESIS)
    assert await journal.find(settled(3).id) is None


async def test_an_append_tried_again_says_already_recorded_even_where_the_version_moved_on(journal: Journal) -> None:
    await journal.append([settled(1)], expect={f"run:{RUN}": 0})
    with pytest.raises(AlreadyRecorded):
        await journal.append([settled(1)], expect={f"run:{RUN}": 0})


async def test_blobs_are_found_by_their_digest(journal: Journal) -> None:
    name = journal.put(REPLY)
    assert name == digest(REPLY) == journal.put(REPLY)
    assert await journal.blob(name) == REPLY
    await journal.append([settled(1)])
    journal.put(REPLY)
    empty = journal.put(b"")
    await journal.append([settled(2)])
    assert await journal.blob(name) == REPLY
    assert await journal.blob(empty) == b""


async def test_blobs_of_a_refused_append_wait_for_the_next(journal: Journal) -> None:
    await journal.append([settled(1)])
    name = journal.put(REPLY)
    with pytest.raises(AlreadyRecorded):
        await journal.append([settled(1)])
    assert await journal.blob(name) == REPLY
    await journal.append([])
    assert await journal.blob(name) == REPLY
    assert (await journal.head()).position == 1


async def test_a_blob_that_a_model_call_refers_to_must_be_there(journal: Journal) -> None:
    journal.put(REQUEST)
    await journal.append([settled(1), draft(SAMPLES["MODEL_REPLIED"], f"{RUN}.replied"), settled(2)])
    verified = await journal.verify()
    assert verified.broken == 2
    assert verified.events == 1
    assert digest(REPLY) in verified.reason
    journal.put(REPLY)
    await journal.append([])
    assert (await journal.verify()).broken is None


async def test_verify_answers_with_the_head(journal: Journal) -> None:
    await journal.append([settled(number) for number in range(3)])
    verified = await journal.verify()
    assert (verified.events, verified.head, verified.broken) == (3, await journal.head(), None)


@pytest.mark.parametrize("durable", [False, True])
async def test_a_durable_append_reads_like_any_other(journal: Journal, durable: bool) -> None:
    recorded = await journal.append([settled(1)], durable=durable)
    assert tuple(await everything(journal)) == recorded
    await journal.append([settled(2)])
    assert (await journal.head()).position == 2


async def test_a_large_batch_is_one_append(journal: Journal) -> None:
    await journal.append([settled(number, f"run:{number % 7}") for number in range(2_500)])
    assert (await journal.verify()).events == 2_500
    assert len(await everything(journal, stream="run:3")) == 357
    assert [event.position for event in await everything(journal)] == list(range(1, 2_501))


@pytest.mark.parametrize(
    "text", ["強い “move” – é", "a\x00b", "line\nline\u2028line", "𝔸 🜂", "'; DROP TABLE events; --"]
)
async def test_any_text_survives(journal: Journal, text: str) -> None:
    written = draft(RunSettled(RUN, "held", text), f"{RUN}.{text}", f"run:{text}")
    recorded = await journal.append([written])
    assert tuple(await everything(journal, stream=f"run:{text}")) == recorded
    assert await journal.find(f"{RUN}.{text}") == recorded[0]


async def test_what_could_not_be_read_again_is_not_recorded(journal: Journal) -> None:
    sample = SAMPLES["DECISION_MADE"]
    assert isinstance(sample, Decision)
    endless = Decision(
        symbol="IBM",
        market="NYSE",
        action="hold",
        direction=None,
        confidence=50,
        rationale="x" * 2001,
        cited={},
        horizon_minutes=1,
        invalidation=None,
    )
    for fact in (endless, RunSettled(RUN, "held", "half a pair \ud83d")):
        with pytest.raises(BadInput, match="cannot be recorded"):
            await journal.append([settled(1), draft(fact, f"{RUN}.bad")])
    assert await journal.head() == Head(0, GENESIS)


async def test_a_follower_gets_what_stands_and_what_comes(journal: Journal) -> None:
    await journal.append([settled(1), settled(2)])
    seen: list[int] = []

    async def watch() -> None:
        async for event in journal.follow(after=1):
            seen.append(event.position)
            if event.position == 4:
                return

    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        group.create_task(watch())
        await asyncio.sleep(0)
        await journal.append([timed(1)])
        await journal.append([settled(3)])
        await journal.append([settled(4)])
    assert seen == [2, 3, 4]


async def test_followers_end_when_the_journal_is_closed(journal: Journal) -> None:
    await journal.append([settled(1)])

    async def watch() -> int:
        return len([event async for event in journal.follow()])

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0.01)
    await journal.close()
    async with asyncio.timeout(5):
        assert await watching == 1


async def test_a_journal_is_closed_twice_without_harm_and_takes_nothing_more(journal: Journal) -> None:
    await journal.append([settled(1)])
    await journal.close()
    await journal.close()
    with pytest.raises(Halt, match="closed"):
        await journal.append([settled(2)])
