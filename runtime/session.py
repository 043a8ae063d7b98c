"""A desk on recorded time: the same house as ever, on a loop whose clock is the recording's."""

import asyncio
from collections.abc import Callable

from core.market.instants import MINUTE
from core.record.envelope import Recorded
from runtime.bootstrap import Overrides, build, headline_files, recordings, session_tables
from runtime.narrator import Narrator
from runtime.serve import Summary, serve
from runtime.settings import Loaded
from runtime.state_folder import StateFolder
from tools.clock import VirtualClock, VirtualLoop
from tools.feeds.replay import ReplayFeed
from tools.journals.sqlite import SqliteJournal

BEFORE_THE_OPEN = 10 * MINUTE


def run_recorded(
    loaded: Loaded,
    folder: StateFolder,
    say: Callable[[str], None],
    pace: float | None,
    until_end: bool,
    overrides: Overrides | None = None,
) -> Summary:
    """Replay the configured recording through the desk; a journal that stands is continued from its last instant."""
    if folder.journal.exists() and loaded.unrecorded() is not loaded:
        say("taken up again: nobody has recorded what is asked from here on, so the simulator answers")
        loaded = loaded.unrecorded()
    loop = VirtualLoop(_begin(loaded, folder), pace)
    clock = VirtualClock(loop)

    async def main() -> Summary:
        house = build(loaded, folder, clock, overrides)
        house.projections.listen(Narrator(say).hear)
        feed = ReplayFeed(recordings(loaded.settings), clock, headlines=headline_files(loaded.settings))
        try:
            return await serve(house, feed, say, until_end)
        finally:
            await house.close()

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(main())


def _begin(loaded: Loaded, folder: StateFolder) -> int:
    last = asyncio.run(_last(folder)) if folder.journal.exists() else None
    if last is not None:
        return last.envelope.timestamp
    home = session_tables(loaded.settings)[loaded.settings.desk.home]
    return home.sessions[0].opens - BEFORE_THE_OPEN


async def _last(folder: StateFolder) -> Recorded | None:
    journal = SqliteJournal.open(folder.journal, readonly=True)
    try:
        head = await journal.head()
        async for recorded in journal.read(after=head.position - 1):
            return recorded
        return None
    finally:
        await journal.close()
