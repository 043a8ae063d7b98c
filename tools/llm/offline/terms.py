"""All numbers and words of the rules that sit where no model does (table `[models.rules]` of the configuration)."""

from decimal import Decimal

from msgspec import Struct

from core.market.instruments import bounded


class RulesTerms(Struct, frozen=True, forbid_unknown_fields=True):
    """All numbers and words of the rules."""

    turn: Decimal = Decimal("1.15")
    """Shocks of at least so many thresholds are followed, smaller ones faded."""
    fade_spread_bp: Decimal = Decimal(3)
    """Only a spread this tight leaves room for a fade."""
    base_confidence: Decimal = Decimal(75)
    sureness: Decimal = Decimal(100)
    """Points of confidence for each threshold of distance from the turn."""
    most_sureness: Decimal = Decimal(20)
    halving_spread_bp: Decimal = Decimal(4)
    widest_spread_bp: Decimal = Decimal(6)
    oldest_quote_ms: Decimal = Decimal(30_000)
    day_trend_pct: Decimal = Decimal("0.75")
    """From this move of the day on, nothing is allowed against it."""
    alarming: tuple[str, ...] = ("halt", "fraud", "bankrupt", "delist", "ignore", "instruction")
    worrying: tuple[str, ...] = ("lawsuit", "investigation", "recall", "downgrade", "warning", "rumour", "rumor")
    asks_from: int = 70
    """Confidence below which the commander does not even ask."""
    adds_from: int = 90
    room: Decimal = Decimal("1.5")
    """An idea is wrong once the price has moved against it by so many times the move that woke the desk."""
    secures_from_pct: Decimal = Decimal("0.15")
    """From this gain on, the stop is drawn to the average price."""
    breakout_sureness: Decimal = Decimal(5)
    """Points of confidence for each ATR beyond the range that broke."""
    turn_confidence: Decimal = Decimal(65)
    """Of a turn, a surge, an extreme or a tone; as it ships, less than it takes to ask."""
    overdone_rsi: Decimal = Decimal(80)
    """From this RSI on no rise is followed, nor a fall from as far below 50."""
    horizon_minutes: int = 30

    def __post_init__(self) -> None:
        bounded("turn", self.turn, Decimal(1), Decimal(10))
        bounded("room", self.room, Decimal("0.1"), Decimal(10))
        bounded("asks_from", Decimal(self.asks_from), Decimal(0), Decimal(100))
        bounded("breakout_sureness", self.breakout_sureness, Decimal(0), Decimal(100))
        bounded("turn_confidence", self.turn_confidence, Decimal(0), Decimal(100))
        bounded("overdone_rsi", self.overdone_rsi, Decimal(50), Decimal(100))
