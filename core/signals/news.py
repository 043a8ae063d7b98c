"""A headline as an event: what it says of one instrument in our own figure, and its words for the verifier alone.

How to think about it: `headlines` reads who is meant and how it sounds; here it becomes worth a model call or not. An
event needs a strong tone and a side of that instrument that is not quiet: ten publishers with one story are one story.
The same words of one day are the same event, whoever brings them. What a publisher numbers them by is not asked: two
publishers number alike, and one story comes from many. A tone is no price: the event says what the instrument's own
quote and figures are, and nobody trades on the words themselves.
"""

from decimal import Decimal

from msgspec import Struct

from core.facts.signals import MarketEvent, SignalGenerated
from core.market.instants import MINUTE, moment
from core.market.instruments import Instrument
from core.market.quotes import Quote
from core.record.envelope import name
from core.signals.headlines import HeadlineRules, Mention, digest, normalised
from core.signals.waking import Quiet, known_of, quieted


class Headline(Struct, frozen=True, kw_only=True):
    """One headline as it was delivered. Its words come from outside and are never followed."""

    text: str
    source: str
    """The name of the feed that brought it: ours, never the publisher's words."""
    at: int
    """When it was published, in nanoseconds since 1970 in UTC."""
    received: int
    sequence: int = 0


def is_late(headline: Headline, rules: HeadlineRules) -> bool:
    """Whether it reached us when the market had long read it, or before it can have been written."""
    age = headline.received - headline.at
    return not -MINUTE <= age <= rules.stale_minutes * MINUTE


def event_of(
    headline: Headline, mention: Mention, instrument: Instrument, quote: Quote | None, own: dict[str, Decimal | None]
) -> SignalGenerated:
    """The event of a headline that is worth one, with what is known of the instrument itself."""
    figures = {**own, "news_score": mention.score}
    known = known_of(quote, figures) if quote else {key: value for key, value in figures.items() if value is not None}
    event = MarketEvent(
        kind="headline",
        symbol=instrument.symbol,
        market=instrument.market,
        at=moment(headline.at),
        source=headline.source,
        sequence=headline.sequence,
        figures=known,
        text=(normalised(headline.text),),
    )
    return SignalGenerated(event, _run(event))


def tone_of(signal: SignalGenerated) -> int:
    """Which tone an event has, 1 good and -1 bad; 0 for an event that no headline of ours made."""
    score = signal.event.figures.get("news_score")
    if not score or signal.event.kind != "headline" or signal.run != _run(signal.event):
        return 0
    return 1 if score > 0 else -1


def told(quiet: Quiet, signal: SignalGenerated, rules: HeadlineRules, at: int) -> Quiet:
    """Which tones are quiet once this event has been told."""
    tone = tone_of(signal)
    return quieted(quiet, tone, at + rules.cooldown_minutes * MINUTE) if tone else quiet


def _run(event: MarketEvent) -> str:
    return name("headline", event.key, digest(" ".join(event.text)), f"{event.at:%Y-%m-%d}")
