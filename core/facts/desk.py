"""What the desk itself did: opened, began a day, held, protected, settled."""

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct

from core.market.instruments import Currency, Market, Money, Symbol, listing

PostureName = Annotated[str, Meta(pattern=r"^[a-z][a-z_]{0,31}$")]
OperatingState = Literal["normal", "limited", "restricted", "safe", "shutdown"]
"""What the desk may do, from everything to nothing: the order is that of strictness."""
Ladder = Literal["api", "feed", "broker", "network", "mismatch", "store"]
"""What an outage is an outage of; each has a table of rungs of its own."""
PostureCause = Literal["automatic", "manual", "expired", "emergency"]
Mode = Literal["demo", "paper", "live", "shadow", "backtest"]
Outcome = Literal[
    "executed",
    "held",
    "vetoed",
    "abstained",
    "denied",
    "rejected",
    "unknown",
    "superseded",
    "abandoned",
    "failed",
]


class DeskOpened(Struct, frozen=True, kw_only=True, tag="DESK_OPENED"):
    """The desk began to work on this state folder."""

    account: str
    mode: Mode
    profile: str
    cash: Money
    """What the account held when this journal began; later starts repeat the broker's figure."""
    posture: PostureName
    configuration: str
    """Digest of the effective configuration."""
    release: str


class DeskClosed(Struct, frozen=True, tag="DESK_CLOSED"):
    """The desk stopped in order."""

    reason: str


class DayOpened(Struct, frozen=True, tag="DAY_OPENED"):
    """A trading date began; the day's loss is counted from this equity."""

    market: Market
    date: str
    equity: Money


class PostureChanged(Struct, frozen=True, kw_only=True, tag="POSTURE_CHANGED"):
    """How the desk stands has changed, or was confirmed by an emergency or a person."""

    before: PostureName
    after: PostureName
    cause: PostureCause
    """The rules in their turn, a person, the end of a person's order, or too many losses or failures in a row."""
    why: str
    figures: dict[str, Decimal]
    """What it was judged by; what was not known is absent."""
    by: str
    """Who: the rules, or a person by name."""
    until: int | None = None
    """Until when a person's order lasts, or an emergency lets nobody take a looser posture."""


class OperatingStateChanged(Struct, frozen=True, tag="OPERATING_STATE_CHANGED"):
    """A ladder was climbed or descended, and what the desk may do since: the strictest rung of all ladders."""

    state: OperatingState
    reason: str
    ladder: Ladder | None = None
    """None where no ladder moved but a person, or a release before there were any."""
    rung: OperatingState | None = None
    """Where this ladder stands now."""
    figure: Decimal | None = None
    """What was seen: seconds, percent or a count, as the limit."""
    limit: Decimal | None = None
    """The bound in the table that was reached, or the quiet time that has passed."""
    snapshot: str | None = None
    """Digest of the desk as it stood, kept beside the journal on entering safe and shutdown."""


class PositionUpdated(Struct, frozen=True, kw_only=True, tag="POSITION_UPDATED"):
    """A holding after a fill."""

    symbol: Symbol
    market: Market
    currency: Currency
    quantity: Decimal
    """Negative when short, zero when flat."""
    average: Decimal | None
    """Average cost of what is held; None when flat."""
    realised: Money
    """Profit or loss that this fill settled, before fees."""
    fee: Money

    @property
    def key(self) -> str:
        """The instrument held."""
        return listing(self.market, self.symbol)


class ProtectionSet(Struct, frozen=True, kw_only=True, tag="PROTECTION_SET"):
    """The stop and target of a holding. A stop only ever moves towards less risk."""

    symbol: Symbol
    market: Market
    stop: Decimal
    target: Decimal | None
    reason: str

    @property
    def key(self) -> str:
        """The instrument protected."""
        return listing(self.market, self.symbol)


class ExitTriggered(Struct, frozen=True, kw_only=True, tag="EXIT_TRIGGERED"):
    """A price reached the stop or the target of a holding, or the operating state asks to be flat."""

    symbol: Symbol
    market: Market
    reason: Literal["stop", "target", "safe"]
    """Safe: the desk leaves everything, whatever the price."""
    price: Decimal | None
    level: Decimal | None
    quantity: Decimal

    @property
    def key(self) -> str:
        """The instrument to be closed."""
        return listing(self.market, self.symbol)


class RunSettled(Struct, frozen=True, tag="RUN_SETTLED"):
    """The one outcome of an accepted event."""

    run: str
    outcome: Outcome
    reason: str
