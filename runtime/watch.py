"""Watches the account: opens each trading date with the equity its loss is counted from, and warns at the limit."""

from decimal import Decimal

from core.facts.desk import DayOpened
from core.facts.risk import RiskAlert
from core.market.quotes import Quote
from core.ports.clock import Clock
from core.record.envelope import Draft
from core.risk.limits import Limits
from runtime.projections import Projections


class Watch:
    """Looks at the account whenever a price moves."""

    def __init__(self, projections: Projections, home: str, limits: Limits, clock: Clock) -> None:
        self._books = projections
        self._home = home
        self._limits = limits
        self._clock = clock
        self._warned = ""

    async def see(self, quote: Quote) -> None:
        """Open the day on its first price inside a session, then hold the loss against its limit."""
        sessions = self._books.sessions(self._home)
        if sessions is None or quote.market != self._home or not sessions.is_open(quote.at):
            return
        date = sessions.trading_date(quote.at)
        day = self._books.state().day
        if date is not None and (day is None or day.date != date):
            await self._open(date)
        elif self._books.state().positions:
            await self._hold(date or "")

    async def _open(self, date: str) -> None:
        equity = self._books.equity()
        if equity is None:
            return
        opened = DayOpened(self._home, date, equity)
        await self._append(f"day.{self._home}.{date}", opened)

    async def _hold(self, date: str) -> None:
        equity, day = self._books.equity(), self._books.state().day
        if equity is None or day is None or self._warned == date:
            return
        figure = (equity - day.equity).amount * 100 / day.equity.amount
        if figure >= self._limits.day_loss_pct:
            return
        self._warned = date
        alert = RiskAlert(
            code="DAY_LOSS",
            figure=figure.quantize(Decimal("0.0001")),
            limit=self._limits.day_loss_pct,
            done="no new risk is accepted today; exits go on",
            severity="danger",
        )
        await self._append(f"day-loss.{self._home}.{date}", alert)

    async def _append(self, identity: str, fact: DayOpened | RiskAlert) -> None:
        if await self._books.find(identity) is None:
            await self._books.append([Draft("desk", identity, self._clock.now(), fact, identity, identity)])
