"""Books what the broker reports: the fill, the holding it leaves and the protection of it, in one append.

Positions change by fills only. A repeated report has a fill id the journal already knows and changes nothing.
"""

from collections.abc import AsyncIterator

from core.desk.posture import Postures
from core.desk.state import DeskState
from core.errors import AlreadyRecorded
from core.facts.catalogue import Fact
from core.facts.desk import PositionUpdated, ProtectionSet
from core.facts.orders import OrderCancelled, OrderFilled
from core.ports.broker import Report
from core.ports.clock import Clock
from core.record.envelope import Draft
from core.trading.exits import Protection, protect, tighten
from core.trading.positions import book, flat
from runtime.projections import Projections


class Bookkeeper:
    """The only writer of fills, positions and first protections."""

    def __init__(self, projections: Projections, postures: Postures, clock: Clock) -> None:
        self._books = projections
        self._postures = postures
        self._clock = clock

    async def run(self, reports: AsyncIterator[Report]) -> None:
        """Book every report until the broker's session closes."""
        async for report in reports:
            await self.keep(report)

    async def keep(self, report: Report) -> None:
        """Book one report; a repeat changes nothing."""
        ticket = self._books.state().tickets.get(report.client_id)
        run = ticket.order.decision if ticket else report.client_id
        cause = f"{report.client_id}.intent"
        drafts = [
            Draft(stream, f"{report.client_id}.{label}", self._clock.now(), fact, run, cause)
            for stream, label, fact in self._entries(report)
        ]
        try:
            await self._books.append(drafts)
        except AlreadyRecorded:
            return

    def _entries(self, report: Report) -> list[tuple[str, str, Fact]]:
        if isinstance(report, OrderCancelled):
            return [(f"order:{report.client_id}", "cancelled", report)]
        held, protection = self._after(report)
        position = f"position:{report.key}"
        entries: list[tuple[str, str, Fact]] = [
            (f"order:{report.client_id}", f"fill.{report.fill_id}", report),
            (position, f"position.{report.fill_id}", held),
        ]
        if protection is not None:
            entries.append((position, f"protection.{report.fill_id}", protection))
        return entries

    def _after(self, fill: OrderFilled) -> tuple[PositionUpdated, ProtectionSet | None]:
        state = self._books.state()
        instrument = self._books.instrument(fill.key)
        currency = instrument.currency if instrument else fill.fee.currency
        before = state.positions.get(fill.key) or flat(fill.symbol, fill.market, currency)
        booked = book(before, fill.side, fill.quantity, fill.price)
        updated = PositionUpdated(
            symbol=fill.symbol,
            market=fill.market,
            currency=currency,
            quantity=booked.position.quantity,
            average=booked.position.average,
            realised=booked.realised,
            fee=fill.fee,
        )
        if updated.average is None or abs(updated.quantity) <= abs(before.quantity):
            return updated, None
        return updated, self._protection(fill, updated, state)

    def _protection(self, fill: OrderFilled, held: PositionUpdated, state: DeskState) -> ProtectionSet | None:
        ticket = state.tickets.get(fill.client_id)
        instrument = self._books.instrument(fill.key)
        if held.average is None or instrument is None:
            return None
        fresh = protect(
            held.quantity,
            held.average,
            self._postures.terms(state.posture),
            ticket.order.invalidation if ticket else None,
            instrument.tick,
        )
        standing = state.protections.get(fill.key)
        kept = _tighter(held, fresh, standing)
        return ProtectionSet(
            symbol=fill.symbol, market=fill.market, stop=kept.stop, target=kept.target, reason="set with the fill"
        )


def _tighter(held: PositionUpdated, fresh: Protection, standing: Protection | None) -> Protection:
    if standing is None:
        return fresh
    return tighten(held.quantity, fresh, standing.stop) or fresh
