"""Whatever is appended in whatever batches, every journal holds the same bytes, hashes and heads."""

import asyncio
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import AlreadyRecorded, VersionConflict
from core.ports.journal import Chain, Journal
from core.record.codec import encode
from core.record.envelope import Draft
from tests.samples import AT, SAMPLES, draft
from tools.journals.memory import MemoryJournal
from tools.journals.sqlite import SqliteJournal

STREAMS = ("desk", "run:a", "run:b")
DRAFTS = st.builds(
    lambda kind, number, stream, at: draft(SAMPLES[kind], f"event {number}", stream, AT + at),
    st.sampled_from(sorted(SAMPLES)),
    st.integers(0, 40),
    st.sampled_from(STREAMS),
    st.integers(-10, 10),
)
STEPS = st.lists(
    st.tuples(
        st.lists(DRAFTS, max_size=5),
        st.dictionaries(st.sampled_from(STREAMS), st.integers(0, 3), max_size=1),
        st.binary(max_size=5),
        st.booleans(),
    ),
    max_size=8,
)
Step = tuple[list[Draft], dict[str, int], bytes, bool]


async def play(journal: Journal, steps: list[Step]) -> list[object]:
    """Everything the journal answered, and everything it holds in the end."""
    said: list[object] = []
    for drafts, expect, data, durable in steps:
        name = journal.put(data)
        try:
            said.append(await journal.append(drafts, expect=expect, durable=durable))
        except (AlreadyRecorded, VersionConflict) as refusal:
            said.append(str(refusal))
        said.append(await journal.blob(name))
    chains: tuple[Chain, ...] = ("decisions", "operations")
    for chain in chains:
        events = [event async for event in journal.read(chain=chain)]
        said += [(encode(event.envelope), event.hash) for event in events]
        said += [await journal.find(event.envelope.id) for event in events]
        for stream in STREAMS:
            said.append([event.position async for event in journal.read(chain=chain, stream=stream, after=1)])
        said.append(await journal.head(chain))
    return said


async def play_both(steps: list[Step]) -> tuple[list[object], list[object]]:
    with tempfile.TemporaryDirectory() as folder:
        memory, sqlite = MemoryJournal(), SqliteJournal.open(Path(folder) / "journal.db")
        try:
            return await play(memory, steps), await play(sqlite, steps)
        finally:
            await sqlite.close()


@settings(max_examples=40)
@given(STEPS)
def test_memory_and_sqlite_hold_the_same(steps: list[Step]) -> None:
    memory, sqlite = asyncio.run(play_both(steps))
    assert memory == sqlite
