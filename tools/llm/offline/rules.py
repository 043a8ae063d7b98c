"""The offline seat: deterministic rules over the figures of the briefing. There is no model behind it, and it says so.

How to think about it: what the analyst sees stands in `analysing`. The verifier judges the market and not the event;
words from outside can only make it say less. The commander asks from a lower confidence than the gate demands: refusing
is the gate's work. All of it is for demonstration, not for profit.
"""

from collections.abc import Callable
from decimal import Context, Decimal

from core.errors import Degraded
from core.facts.models import Role
from core.ports.model import ChatRequest, Completion
from core.record.codec import encode
from tools.llm.offline.analysing import Reply, analyze, cite, points
from tools.llm.offline.briefed import Allowed, Briefed, Concluded, briefed
from tools.llm.offline.terms import RulesTerms


class RulesModel:
    """Answers as a model would, from the same prompt and in the same JSON."""

    name = "rules"
    label = "rules, no model"

    def __init__(self, terms: RulesTerms | None = None) -> None:
        self.terms = terms or RulesTerms()

    async def complete(self, request: ChatRequest) -> Completion:
        """Apply the rules of the role that is asked."""
        seen = briefed(request)
        reply = {"symbol": seen.symbol, **_ROLES[request.role](seen, self.terms)}
        return Completion(text=encode(reply).decode(), model=self.name, origin="rules")


def verify(seen: Briefed, terms: RulesTerms) -> Reply:
    """Say no to a market that cannot be judged, and less to one that is doubtful."""
    words = " ".join(seen.text.words).casefold()
    doubts = [reason for holds, reason in _objections(seen, terms, words) if holds]
    if doubts:
        return {"ruling": "veto", "directions": [], "size_factor": "0", "confidence": 95, "reasons": doubts[:5]}
    spread, trend = seen.figures["quote.spread_bp"], seen.figures.get("day_change_pct")
    directions = ["long", "short"]
    if trend is not None and abs(trend) >= terms.day_trend_pct:
        directions = ["long"] if trend > 0 else ["short"]
    halvings = [
        reason
        for holds, reason in (
            (spread > terms.halving_spread_bp, f"the spread of {spread} bp is wide"),
            (any(word in words for word in terms.worrying), "the words from outside give cause for care"),
        )
        if holds
    ]
    return {
        "ruling": "approve",
        "directions": directions,
        "size_factor": Decimal("0.5") ** len(halvings),
        "confidence": points(95 - spread),
        "reasons": halvings or [f"the spread of {spread} bp is fair and the quote is fresh"],
    }


def command(seen: Briefed, terms: RulesTerms) -> Reply:
    """Manage what is held, else open what is seen and allowed."""
    analysis, approval = seen.analysis, seen.approval
    if analysis is None or approval is None:
        raise Degraded("rules: a commander is asked only after an analysis and an approval")
    confidence = min(analysis.confidence, approval.confidence)
    answer = _manage if seen.figures.get("holding.quantity") else _enter
    reply = answer(seen, terms, analysis, approval)
    nothing = {"direction": None, "invalidation": None, "fraction": "1", "horizon_minutes": terms.horizon_minutes}
    return {**nothing, "confidence": confidence, "cited": [], **reply}


def _objections(seen: Briefed, terms: RulesTerms, words: str) -> tuple[tuple[bool, str], ...]:
    figures = seen.figures
    spread, age, change = figures.get("quote.spread_bp"), figures.get("quote.age_ms"), figures.get("change_pct")
    return (
        (spread is None or age is None or change is None, "a figure is missing that a decision needs"),
        (spread is not None and spread > terms.widest_spread_bp, f"the spread of {spread} bp is too wide"),
        (age is not None and not 0 <= age <= terms.oldest_quote_ms, f"the quote is {age} ms old"),
        (any(word in words for word in terms.alarming), "the words from outside are alarming"),
    )


def _enter(seen: Briefed, terms: RulesTerms, analysis: Concluded, approval: Allowed) -> Reply:
    long = analysis.view == "long"
    price, change = seen.figures.get("quote.ask" if long else "quote.bid"), seen.figures.get("change_pct")
    if analysis.view == "none" or analysis.confidence < terms.asks_from:
        return _hold("No view that is worth a trade.")
    if analysis.view not in approval.directions or price is None or change is None:
        return _hold(f"A {analysis.view} position is not allowed here.")
    against = price * abs(change) * terms.room / 100
    return {
        "action": "open",
        "direction": analysis.view,
        "invalidation": f"{_SIX_DIGITS.plus(price - against if long else price + against):f}",
        "cited": cite(seen, "change_pct", "quote.ask" if long else "quote.bid"),
        "rationale": f"Go {analysis.view}; wrong once it moves {terms.room} times the move the other way.",
    }


def _manage(seen: Briefed, terms: RulesTerms, analysis: Concluded, approval: Allowed) -> Reply:
    held, gain = seen.figures["holding.quantity"], seen.figures.get("holding.unrealised_pct")
    side = "long" if held > 0 else "short"
    sure = analysis.confidence >= terms.asks_from
    if sure and analysis.view not in (side, "none"):
        return {
            "action": "close",
            "cited": cite(seen, "holding.quantity"),
            "rationale": f"The view has turned {analysis.view}.",
        }
    if gain is not None and gain < 0 and analysis.risk == "high":
        return {
            "action": "reduce",
            "fraction": "0.5",
            "cited": cite(seen, "holding.unrealised_pct"),
            "rationale": "It loses, and the risk has grown.",
        }
    if analysis.view != side or gain is None or gain < terms.secures_from_pct:
        return _hold(f"Nothing speaks against the {side} position.")
    return _press(seen, terms, analysis, approval)


def _press(seen: Briefed, terms: RulesTerms, analysis: Concluded, approval: Allowed) -> Reply:
    average, stop = seen.figures.get("holding.average"), seen.figures.get("holding.stop")
    long = analysis.view == "long"
    if average is not None and stop is not None and (average > stop if long else average < stop):
        return {
            "action": "tighten",
            "invalidation": average,
            "cited": cite(seen, "holding.average", "holding.unrealised_pct"),
            "rationale": "In profit and still going: the stop moves to what was paid.",
        }
    if analysis.confidence >= terms.adds_from and analysis.view in approval.directions:
        return {**_enter(seen, terms, analysis, approval), "action": "add"}
    return _hold("In profit and secured.")


def _hold(rationale: str) -> Reply:
    return {"action": "hold", "rationale": rationale}


_SIX_DIGITS = Context(prec=6)
_ROLES: dict[Role, Callable[[Briefed, RulesTerms], Reply]] = {
    "analyst": analyze,
    "verifier": verify,
    "commander": command,
}
