"""What the offline analyst sees in an event: one rule for each kind, and nothing in a kind it has no rule for.

How to think about it: a shock is measured in thresholds. One well above the threshold is followed, one just at it is
faded, and near the turn between the two nobody can tell, so confidence is the distance from it, less the spread. A
breakout is followed, the surer the more usual steps (ATR) the price is beyond its range. A turn of OsMA, a surge in
volume, an extreme RSI and a headline give a view that is never sure enough to open anything on its own; a headline
only if the price says the same. An exit that is near and an index that crossed its bands are about the risk of what is
held: they give no view, and the risk says whether less of it is enough.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

from core.facts.verdicts import View
from tools.llm.offline.briefed import Briefed
from tools.llm.offline.terms import RulesTerms

Reply = dict[str, Any]
MIDDLE = Decimal(50)


class Stance(NamedTuple):
    """What the analyst makes of a shock."""

    after_rise: View
    after_fall: View
    pattern: str
    risk: str
    said: str


def analyze(seen: Briefed, terms: RulesTerms) -> Reply:
    """What the rule for this kind of event sees; of a kind that has none, nothing."""
    return _EVENTS.get(seen.kind, _unread)(seen, terms)


def cite(seen: Briefed, *names: str) -> list[dict[str, Any]]:
    """The figures of these names that are known, as a reply cites them."""
    return [{"figure": name, "value": seen.figures[name]} for name in names if name in seen.figures]


def points(confidence: Decimal) -> int:
    """A confidence in whole points from 0 to 100."""
    return int(min(Decimal(100), max(Decimal(0), confidence)))


def _of_shock(seen: Briefed, terms: RulesTerms) -> Reply:
    """Follow a strong shock, fade a weak one in a tight market, else see nothing."""
    figures = seen.figures
    change, threshold, spread = figures.get("change_pct"), figures.get("threshold_pct"), figures.get("quote.spread_bp")
    if not change or not threshold or spread is None:
        return _blind(seen)
    strength = abs(change) / threshold
    stance = _STANCES["follow" if strength >= terms.turn else "fade" if spread <= terms.fade_spread_bp else "leave"]
    sureness = min(terms.most_sureness, abs(strength - terms.turn) * terms.sureness)
    move = f"{'A rise' if change > 0 else 'A fall'} of {abs(change):.2f} % is {strength:.2f} thresholds"
    return {
        "view": stance.after_rise if change > 0 else stance.after_fall,
        "confidence": points(terms.base_confidence + sureness - spread),
        "patterns": [stance.pattern],
        "risk": "high" if spread > terms.halving_spread_bp else stance.risk,
        "data_quality": "good",
        "cited": cite(seen, "change_pct", "threshold_pct", "quote.spread_bp"),
        "rationale": f"{move}: {stance.said}.",
    }


_STANCES = {
    "follow": Stance("long", "short", "momentum", "medium", "followed"),
    "fade": Stance("short", "long", "exhaustion", "low", "faded"),
    "leave": Stance("none", "none", "thin_market", "medium", "left alone, the spread is too wide to fade it"),
}


def _of_breakout(seen: Briefed, terms: RulesTerms) -> Reply:
    """Follow a price that left its range, unless the spread eats the view or the move is overdone."""
    figures = seen.figures
    level, atr, change = figures.get("breakout_level"), figures.get("atr"), figures.get("change_pct")
    bid, ask, spread = figures.get("quote.bid"), figures.get("quote.ask"), figures.get("quote.spread_bp")
    if not atr or not change or level is None or bid is None or ask is None or spread is None:
        return _blind(seen)
    beyond = (bid - level if change > 0 else level - ask) / atr
    sureness = min(terms.most_sureness, beyond * terms.breakout_sureness)
    return {
        "view": _following(seen, terms, change > 0) if beyond > 0 else "none",
        "confidence": points(terms.base_confidence + sureness - spread),
        "patterns": ["breakout"],
        "risk": "high" if spread > terms.halving_spread_bp else "medium",
        "data_quality": "good",
        "cited": cite(seen, "breakout_level", "atr", "change_pct", "quote.spread_bp"),
        "rationale": f"A break {'upward' if change > 0 else 'downward'}, {beyond:.2f} ATR beyond the range.",
    }


def _of_turn(seen: Briefed, terms: RulesTerms) -> Reply:
    """A weak view on the side OsMA turned to."""
    osma = seen.figures.get("osma")
    if not osma:
        return _blind(seen)
    said = f"OsMA has turned {'up' if osma > 0 else 'down'}"
    return _weak(seen, terms, _following(seen, terms, osma > 0), "momentum", said, "osma", "rsi")


def _of_surge(seen: Briefed, terms: RulesTerms) -> Reply:
    """A weak view on the side the price went to while so much was traded."""
    ratio, change = seen.figures.get("volume_ratio"), seen.figures.get("change_pct")
    if not ratio or not change:
        return _blind(seen)
    said = f"{ratio:.1f} times the usual volume while the price {'rose' if change > 0 else 'fell'}"
    return _weak(
        seen, terms, _following(seen, terms, change > 0), "momentum", said, "volume_ratio", "change_pct", "rsi"
    )


def _of_extreme(seen: Briefed, terms: RulesTerms) -> Reply:
    """A weak view against a move that went far without a pause."""
    rsi = seen.figures.get("rsi")
    if rsi is None:
        return _blind(seen)
    said = f"An RSI of {rsi:.0f} is far from its middle"
    return _weak(seen, terms, "short" if rsi > MIDDLE else "long", "exhaustion", said, "rsi", "rsi_bound", "change_pct")


def _of_headline(seen: Briefed, terms: RulesTerms) -> Reply:
    """A weak view on the tone of a headline nobody here has read, if the price goes the same way."""
    score, change = seen.figures.get("news_score"), seen.figures.get("change_pct")
    if not score or change is None:
        return _blind(seen)
    agrees = score * change > 0
    view: View = "none" if not agrees else "long" if score > 0 else "short"
    said = f"A headline of tone {score:+.1f}, and the price {'agrees' if agrees else 'does not agree'}"
    return _weak(seen, terms, view, "momentum", said, "news_score", "change_pct")


def _weak(seen: Briefed, terms: RulesTerms, view: View, pattern: str, said: str, *cited: str) -> Reply:
    """A view for whoever already holds; too weak to open anything."""
    spread = seen.figures.get("quote.spread_bp")
    if spread is None:
        return _blind(seen)
    return {
        "view": view,
        "confidence": points(terms.turn_confidence - spread),
        "patterns": [pattern],
        "risk": "medium",
        "data_quality": "good",
        "cited": cite(seen, *cited, "quote.spread_bp"),
        "rationale": f"{said}; alone that is no reason to trade.",
    }


def _of_nearness(seen: Briefed, terms: RulesTerms) -> Reply:
    """High risk near a stop, nothing near a target: what gains is left to its exit."""
    left = seen.figures.get("way_left_pct")
    if left is None:
        return _blind(seen)
    level = "stop" if "stop" in seen.figures else "target"
    said = f"{left:.0f} % of the way to the {level} are left"
    return _risky(seen, terms, level == "stop", said, "way_left_pct", level, "change_pct")


def _of_band(seen: Briefed, terms: RulesTerms) -> Reply:
    """High risk once the index has risen across an edge, less once it has fallen."""
    level, edge = seen.figures.get("vix"), seen.figures.get("vix_edge")
    if level is None or edge is None:
        return _blind(seen)
    said = f"The volatility index is {'above' if level > edge else 'below'} {edge} now"
    return _risky(seen, terms, level > edge, said, "vix", "vix_edge", "change_pct")


def _risky(seen: Briefed, terms: RulesTerms, high: bool, said: str, *cited: str) -> Reply:
    return {
        "view": "none",
        "confidence": points(terms.turn_confidence),
        "patterns": [],
        "risk": "high" if high else "low",
        "data_quality": "good",
        "cited": cite(seen, *cited),
        "rationale": f"{said}.",
    }


def _following(seen: Briefed, terms: RulesTerms, rising: bool) -> View:
    rsi = seen.figures.get("rsi")
    if rsi is None or (rsi if rising else 100 - rsi) >= terms.overdone_rsi:
        return "none"
    return "long" if rising else "short"


def _unread(seen: Briefed, _terms: RulesTerms) -> Reply:
    return _blind(seen)


def _blind(seen: Briefed) -> Reply:
    return {
        "view": "none",
        "confidence": 0,
        "patterns": [],
        "risk": "high",
        "data_quality": "poor",
        "cited": [],
        "rationale": "A figure is missing that the rule for this event needs.",
    }


_EVENTS: dict[str, Callable[[Briefed, RulesTerms], Reply]] = {
    "price_shock": _of_shock,
    "breakout": _of_breakout,
    "osma_turn": _of_turn,
    "volume_surge": _of_surge,
    "rsi_extreme": _of_extreme,
    "exit_near": _of_nearness,
    "vix_band": _of_band,
    "headline": _of_headline,
}
