"""Time. `SystemClock` is the world's; `VirtualLoop` is an event loop whose time passes only while it waits.

Rules of the file: virtual time is a whole number of nanoseconds and every timer lies on that grid, so a timer set for x
wakes at exactly x. Callbacks take no time. When nothing is ready, time jumps to the next timer; with `pace` it gets
there at that many virtual seconds per real one, and the run is the same unless a socket or a signal comes in between.
Without a timer the loop waits for sockets and signals like any other; while a thread of its executor works, time stands
still, and while somebody is `awaiting_outside` it passes as it really does. Tasks are numbered, so that a set of them
has the same order in every run.
"""

import asyncio
import math
import selectors
import time
from asyncio import AbstractEventLoop, Future, Task, TimerHandle
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import Context
from decimal import Decimal
from itertools import count
from typing import Any, TypeVar, TypeVarTuple

from core.errors import BadInput
from core.market.instants import SECOND

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
Ready = list[tuple[selectors.SelectorKey, int]]


class SystemClock:
    """The computer's own clocks."""

    def now(self) -> int:
        """Nanoseconds since 1970, UTC."""
        return time.time_ns()

    def elapsed(self) -> int:
        """Monotonic nanoseconds, for durations only."""
        return time.monotonic_ns()


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop that begins at `start` (nanoseconds since 1970, UTC) and jumps, or paces, to its next timer."""

    _closed = True
    """Until it is made; a refused pace leaves nothing to close."""

    def __init__(self, start: int, pace: float | None = None) -> None:
        if pace is not None and not 0 < pace < math.inf:
            raise BadInput(f"pace: must be above 0 virtual seconds per second, found {pace!r}")
        self.start = start
        self.passed = 0
        """Virtual nanoseconds since the start."""
        self.threads = 0
        """Calls that threads of the executor still work on."""
        self.outside = 0
        """Servers outside that are waited for."""
        self.paced = pace is not None
        super().__init__(_Jumps(self) if pace is None else _Strides(self, pace))
        self.pass_to(0)
        numbers = count()
        self.set_task_factory(lambda loop, coro, **options: _NumberedTask(next(numbers), coro, loop=loop, **options))

    def time(self) -> float:
        """Virtual seconds since the start."""
        return self.passed / SECOND

    def pass_to(self, passed: int) -> None:
        """Move time; a timer is due when it lies at most one step of a float ahead."""
        self.passed = passed
        self._clock_resolution = math.ulp(self.time())

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> TimerHandle:
        """Set a timer on the nearest nanosecond."""
        return super().call_at(_on_grid(when) / SECOND, callback, *args, context=context)

    def run_in_executor(self, executor: Any, func: Callable[[*Ts], T], *args: *Ts) -> Future[T]:
        """Let a thread work; time stands still until it is done."""
        future = super().run_in_executor(executor, func, *args)
        self.threads += 1
        future.add_done_callback(self._thread_done)
        return future

    @contextmanager
    def awaiting_outside(self) -> Iterator[None]:
        """Let time pass as it really does while somebody outside is waited for."""
        self.outside += 1
        try:
            yield
        finally:
            self.outside -= 1

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Join the threads, however long it takes: a deadline in virtual time would pass at once."""
        await super().shutdown_default_executor()

    def _thread_done(self, _future: Future[Any]) -> None:
        self.threads -= 1


class VirtualClock:
    """The time of a virtual loop."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def now(self) -> int:
        """Nanoseconds since 1970, UTC."""
        return self._loop.start + self._loop.passed

    def elapsed(self) -> int:
        """Real monotonic nanoseconds: how long a stage took is measured, also when the desk's time is virtual."""
        return time.monotonic_ns()


def ticking() -> int:
    """Monotonic nanoseconds of the running loop: virtual where its time is; no change of the clock moves them."""
    return round(asyncio.get_running_loop().time() * SECOND)


def run(main: Coroutine[Any, Any, T], *, loop_factory: Callable[[], AbstractEventLoop] | None = None) -> T:
    """Run a coroutine to its end on a loop of this make, and close the loop."""
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(main)


def _on_grid(when: float) -> int:
    """The nanosecond a float of seconds means: that of its shortest decimal form."""
    return int(Decimal(repr(float(when))).scaleb(9).to_integral_value())


class _NumberedTask(Task[T]):
    def __init__(self, number: int, coro: Coroutine[Any, Any, T], **options: Any) -> None:
        self._number = number
        super().__init__(coro, **options)

    def __hash__(self) -> int:
        return self._number


class _Jumps(selectors.DefaultSelector):
    """Looks once at the sockets, then lets all the time pass that the loop would have waited."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Ready:
        if timeout == 0 or self._loop.threads:
            return super().select(0 if timeout == 0 else None)
        if self._loop.outside:
            return self._waited(timeout)
        if timeout is None:
            return super().select(None)
        ready = super().select(0)
        if not ready:
            self._loop.pass_to(_on_grid(self._loop.time() + timeout))
        return ready

    def _waited(self, timeout: float | None) -> Ready:
        """Somebody outside is waited for: time passes as it really does, at most to the next timer."""
        before, began = self._loop.passed, time.monotonic_ns()
        ready = super().select(timeout)
        reached = before + time.monotonic_ns() - began
        if timeout is not None:
            due = _on_grid(before / SECOND + timeout)
            reached = min(due, reached) if ready else due
        self._loop.pass_to(reached)
        return ready


class _Strides(selectors.DefaultSelector):
    """Waits for the sockets until it is time, by a real clock that starts with the first look."""

    def __init__(self, loop: VirtualLoop, pace: float) -> None:
        super().__init__()
        self._loop = loop
        self._pace = pace
        self._began: int | None = None

    def select(self, timeout: float | None = None) -> Ready:
        before = self._reached()
        if timeout == 0 or self._loop.threads:
            return super().select(0 if timeout == 0 else None)
        due = math.inf if timeout is None else _on_grid(self._loop.time() + timeout)
        ready = super().select(None if timeout is None else max(0, due - before) / self._pace / SECOND)
        after = max(self._loop.passed, self._reached())
        self._loop.pass_to(int(min(due, after) if ready else due))
        return ready

    def _reached(self) -> int:
        """Where virtual time would be if it had never been held up."""
        now = time.monotonic_ns()
        self._began = now if self._began is None else self._began
        return round((now - self._began) * self._pace)
