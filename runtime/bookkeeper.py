"""Books what the broker reports: the fill, the holding it leaves and the protection of it, in one append.

Positions change by fills only. A repeated report is known by its identity and changes nothing. A report of an order
that was never intended is not booked but alarmed, and the next start finds that journal and broker disagree.
"""

from collections.abc import AsyncIterator
from decimal import Decimal

from core.desk.posture import Postures
from core.desk.stance import holding
from core.facts.desk import PositionUpdated, ProtectionSet
from core.facts.orders import OrderFilled
from core.facts.risk import RiskAlert
from core.ports.broker import Report
from core.ports.clock import Clock
from core.record.envelope import Draft
from core.trading.exits import Protection, protect, tighten
from core.trading.orders import Ticket, draft, event_id
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
        if await self._books.find(event_id(report)) is not None:
            return
        ticket, now = self._books.state().tickets.get(report.client_id), self._clock.now()
        if ticket is None:
            await self._alarm(report, now)
            return
        event = draft(ticket, report, now)
        effects = self._effects(report, ticket) if isinstance(report, OrderFilled) else ()
        await self._books.append([event, *(_effect(event, effect) for effect in effects)])

    def _effects(self, fill: OrderFilled, ticket: Ticket) -> list[PositionUpdated | ProtectionSet]:
        currency = ticket.order.currency
        before = self._books.state().positions.get(fill.key) or flat(fill.symbol, fill.market, currency)
        booked = book(before, fill.side, fill.quantity, fill.price)
        held = PositionUpdated(
            symbol=fill.symbol,
            market=fill.market,
            currency=currency,
            quantity=booked.position.quantity,
            average=booked.position.average,
            realised=booked.realised,
            fee=fill.fee,
        )
        protection = self._protection(held, ticket) if abs(held.quantity) > abs(before.quantity) else None
        return [held, protection] if protection else [held]

    def _protection(self, held: PositionUpdated, ticket: Ticket) -> ProtectionSet | None:
        instrument, state = self._books.instrument(held.key), self._books.state()
        if held.average is None or instrument is None:
            return None
        terms = self._postures.terms(holding(state, self._postures.switching, self._clock.now()))
        fresh = protect(held.quantity, held.average, terms, ticket.order.invalidation, instrument.tick)
        kept = _nearer(held, fresh, state.protections.get(held.key))
        return ProtectionSet(
            symbol=held.symbol, market=held.market, stop=kept.stop, target=kept.target, reason="set with the fill"
        )

    async def _alarm(self, report: Report, now: int) -> None:
        identity = f"{event_id(report)}.stranger"
        if await self._books.find(identity) is not None:
            return
        alert = RiskAlert(
            code="UNKNOWN_REPORT",
            figure=Decimal(1),
            limit=Decimal(0),
            done=f"the broker reports on order {report.client_id}, which this desk never intended; it was not booked",
            severity="danger",
        )
        await self._books.append([Draft("desk", identity, now, alert, identity, identity)])


def _nearer(held: PositionUpdated, fresh: Protection, standing: Protection | None) -> Protection:
    """A stop only ever comes nearer, also when a holding grows."""
    return fresh if standing is None else tighten(held.quantity, fresh, standing.stop) or fresh


def _effect(event: Draft, fact: PositionUpdated | ProtectionSet) -> Draft:
    label = "position" if isinstance(fact, PositionUpdated) else "protection"
    return Draft(f"position:{fact.key}", f"{event.id}.{label}", event.at, fact, event.correlation, event.id)
