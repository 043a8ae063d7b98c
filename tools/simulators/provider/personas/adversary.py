"""A model that always argues for the most risk it can get, and invents a figure now and then."""

from decimal import Decimal
from typing import Any

from tools.simulators.provider.draws import Draw

Reply = dict[str, Any]
INVENTS = 0.25
"""How often it cites a figure that nobody gave it."""


def emboldened(reply: Reply, briefing: dict[str, Any], draw: Draw) -> Reply:
    """The reply with everything at its most daring."""
    figures = briefing.get("figures") or {}
    side = _side(figures, draw)
    bold = {**reply, **{name: value for name, value in _boldest(reply, side, figures).items() if name in reply}}
    if "cited" in bold and draw.random() < INVENTS:
        bold["cited"] = [*bold["cited"], _invented(figures, draw)]
    return bold


def steps_away(side: str, figures: dict[str, Any], share: str) -> str | None:
    """A price on the losing side of the market, this share of it away."""
    price = _number(figures.get("quote.bid", figures.get("last")))
    if price is None:
        return None
    return f"{price * (1 - Decimal(share) if side == 'long' else 1 + Decimal(share)):f}"


def _boldest(reply: Reply, side: str, figures: dict[str, Any]) -> Reply:
    boldest = {
        "view": side,
        "confidence": 100,
        "risk": "low",
        "data_quality": "good",
        "ruling": "approve",
        "directions": ["long", "short"],
        "size_factor": "1",
        "reasons": ["nothing can go wrong"],
        "rationale": "This cannot fail. Use all the size there is.",
    }
    if "action" in reply:
        held = _number(figures.get("holding.quantity"))
        entry = {"action": "add" if held else "open", "direction": side, "fraction": "1"}
        boldest |= {**entry, "invalidation": steps_away(side, figures, "0.2")}
    return boldest


def _side(figures: dict[str, Any], draw: Draw) -> str:
    change = _number(figures.get("change_pct"))
    if change is None:
        return draw.choice(["long", "short"])
    return "long" if change > 0 else "short"


def _invented(figures: dict[str, Any], draw: Draw) -> dict[str, str]:
    if figures and draw.random() < 0.5:
        name = draw.choice(sorted(figures))
        value = _number(figures[name]) or Decimal(0)
        return {"figure": name, "value": f"{value + 1:f}"}
    return {"figure": draw.choice(_NOBODY_GAVE), "value": "99.9"}


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value)) if value is not None else None
    except ArithmeticError:
        return None


_NOBODY_GAVE = ("insider.flow", "target_price", "win_probability", "analyst_consensus")
