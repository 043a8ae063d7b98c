"""The service: opens the desk, keeps its tasks together, and stops them in order.

Order of stopping: the feed first, then the queue drains and every accepted event gets its outcome, then the broker's
last reports are booked, then the desk closes in the journal. A first SIGINT or SIGTERM asks for that, and so does a
feed that cannot be read any further; a second signal ends the process at once, and the journal stays valid because
every append is whole. Any other fault of any task, a run among them, ends all of them where they stand.
"""

import asyncio
import os
import signal
from collections.abc import Callable

from msgspec import Struct

from agents.roster import Roster
from core.errors import BadInput
from core.facts.desk import DeskClosed
from core.ports.feed import Feed
from core.record.envelope import Draft
from runtime.bootstrap import House
from runtime.commanding import commands
from runtime.intake import Intake
from runtime.kernel_cache import is_cold
from runtime.operator import Operator
from runtime.recovery import recover, reopen

STOPPED_AT_ONCE = 130


class Summary(Struct, frozen=True):
    """What a run came to; the last line of `serve --json`."""

    events: int
    triggers: int
    decisions: int
    vetoes: int
    abstained: int
    denied: int
    orders: int
    fills: int
    pnl: dict[str, str]
    journal_events: int
    chain_head: str


async def serve(house: House, feed: Feed, say: Callable[[str], None], until_end: bool) -> Summary:
    """Run until the feed ends or somebody asks to stop; then drain and close."""
    voice = _forgiving(say, house.projections.faults)
    if house.seating.notice:
        voice(house.seating.notice)
    voice(f"seats: {_seated(house.desk.roster)}")
    if house.loaded.settings.models.answers == "provider":
        house.seating.load()
    if is_cold():
        voice("compiling kernels, once for this release: about 15 s")
    house.intake.warm()
    stopping = Stopping(voice)
    operator = Operator(house.folder.socket, house.projections, house.clock, commands(house, stopping.ask))
    async with asyncio.TaskGroup() as tasks:
        house.dispatch.join(tasks)
        house.protector.join(tasks)
        try:
            await reopen(house)
            booking = tasks.create_task(house.bookkeeper.run(house.broker.reports()))
            await recover(house)
            house.projections.listen(house.lifelines.hear)
            watching = tasks.create_task(house.lifelines.run(stopping.ask))
            await operator.open()
            stopping.listen()
            if house.seating.room is not None:
                house.dispatch.attend(house.seating.room)
            reading = tasks.create_task(_read(house.intake, feed))
            await stopping.wait_for(reading, until_end)
            await feed.close()
            unreadable = await reading
            await house.dispatch.drain()
            await house.protector.drain()
            await house.lifelines.close()
            await watching
        finally:
            stopping.forget()
            await operator.close()
            await feed.close()
            await house.broker.close()
        await booking
    summary = await close(house, f"the feed ended early: {unreadable}" if unreadable else stopping.reason)
    if unreadable:
        raise unreadable
    return summary


async def close(house: House, reason: str) -> Summary:
    """Record the end and say what the run came to."""
    books = house.projections
    head = await books.head()
    identity = f"desk.closed.{head.position + 1}"
    await books.append([Draft("desk", identity, house.clock.now(), DeskClosed(reason), identity, identity)])
    head, counts, outcomes = await books.head(), books.counts, books.outcomes
    state, equity = books.state(), books.equity()
    pnl = {}
    if state.opened is not None and equity is not None and books.began is not None:
        pnl[equity.currency] = str((equity - books.began).rounded().amount)
    summary = Summary(
        events=house.intake.received,
        triggers=counts["SIGNAL_GENERATED"],
        decisions=counts["DECISION_MADE"],
        vetoes=outcomes["vetoed"],
        abstained=outcomes["abstained"],
        denied=outcomes["denied"],
        orders=counts["ORDER_PLACED"],
        fills=counts["ORDER_FILLED"],
        pnl=pnl,
        journal_events=head.position,
        chain_head=head.hash.hex(),
    )
    return summary


class Stopping:
    """Who asked to stop, and how hard."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._asked = asyncio.Event()
        self.reason = "the recording ended"

    def listen(self) -> None:
        """Heed SIGINT and SIGTERM."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._signalled, signal.Signals(number).name)

    def forget(self) -> None:
        """Leave the signals to the interpreter again."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)

    def ask(self, reason: str) -> None:
        """Ask for an orderly stop."""
        if not self._asked.is_set():
            self.reason = reason
            self._asked.set()

    async def wait_for(self, reading: asyncio.Task[BadInput | None], until_end: bool) -> None:
        """Return when a stop was asked for, or the feed has ended and that is enough."""
        asked = asyncio.create_task(self._asked.wait())
        await asyncio.wait({reading, asked}, return_when=asyncio.FIRST_COMPLETED)
        if reading.done() and not until_end and reading.result() is None:
            self._say("the recording has ended; waiting for orders to stop (Ctrl-C)")
            await asked
        asked.cancel()

    def _signalled(self, name: str) -> None:
        if self._asked.is_set():
            os._exit(STOPPED_AT_ONCE)
        self._say(f"{name}: draining; once more to stop at once")
        self.ask(f"stopped by {name}")


async def _read(intake: Intake, feed: Feed) -> BadInput | None:
    try:
        await intake.run(feed)
    except BadInput as unreadable:
        return unreadable
    return None


def _forgiving(say: Callable[[str], None], faults: list[str]) -> Callable[[str], None]:
    """The same voice; that nobody hears it is a fault of theirs, and never stops the desk or a stop of the desk."""

    def tell(line: str) -> None:
        try:
            say(line)
        except OSError as error:
            faults.append(f"a line was not heard: {type(error).__name__}: {error}")

    return tell


def _seated(roster: Roster) -> str:
    seats = (roster.analyst, roster.verifier, roster.commander)
    return ", ".join(f"{seat.role} {seat.model.name} ({seat.model.label})" for seat in seats)
