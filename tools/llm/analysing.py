"""What the offline analyst sees in an event: one rule for each kind, and nothing in a kind it has no rule for.

How to think about it: a shock is measured in thresholds. One well above the threshold is followed, one just at it is
faded, and near the turn between the two nobody can tell, so confidence is the distance from it, less the spread. A
breakout is followed, the surer the more usual steps (ATR) the price is beyond its range. A turn of OsMA gives a view
that is never sure enough to trade on its own.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

from core.facts.verdicts import View
from tools.llm.briefed import Briefed
from tools.llm.terms import RulesTerms

Reply = dict[str, Any]


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
    """A view on the side OsMA turned to, for whoever already holds; too weak to open anything."""
    osma, spread = seen.figures.get("osma"), seen.figures.get("quote.spread_bp")
    if not osma or spread is None:
        return _blind(seen)
    return {
        "view": _following(seen, terms, osma > 0),
        "confidence": points(terms.turn_confidence - spread),
        "patterns": ["momentum"],
        "risk": "medium",
        "data_quality": "good",
        "cited": cite(seen, "osma", "rsi", "quote.spread_bp"),
        "rationale": f"OsMA has turned {'up' if osma > 0 else 'down'}; alone that is no reason to trade.",
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
}
