"""Tells a run as it happens, in lines that a person understands: one for each decision, order, fill and exit."""

from collections.abc import Callable
from typing import Any

from core.facts.desk import (
    DayOpened,
    DeskOpened,
    ExitTriggered,
    PositionUpdated,
    PostureChanged,
    ProtectionSet,
    RunSettled,
)
from core.facts.models import ModelReplied
from core.facts.operations import ServiceLevelMissed
from core.facts.orders import OrderCancelled, OrderFilled, OrderIntended, OrderRejected, OrderUnknown
from core.facts.risk import GateRuled, RiskAlert
from core.facts.signals import MarketEvent, SignalGenerated
from core.facts.verdicts import Abstained, Decision, Verification
from core.market.instants import moment, shown
from core.record.envelope import Recorded

Say = Callable[[str], None]


class Narrator:
    """Listens to the journal and speaks."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._signals: dict[str, str] = {}
        self._why: dict[str, str] = {}
        self._ruled_on: set[str] = set()
        self._voices: dict[tuple[str, str], str] = {}
        """By run and role, where the answer came from."""

    def hear(self, recorded: Recorded) -> None:
        """Say the line of this event, if it has one."""
        tell = _LINES.get(type(recorded.fact))
        line = tell(self, recorded.fact, recorded.envelope.metadata.correlation) if tell else None
        if line:
            self._say(f"{moment(recorded.envelope.timestamp):%m-%d %H:%M}Z  {line}")

    def _opened(self, fact: DeskOpened, _run: str) -> str:
        return (
            f"DESK     opens: account {fact.account}, mode {fact.mode}, posture {fact.posture}, "
            f"{fact.cash} in cash; release {fact.release}"
        )

    def _day(self, fact: DayOpened, _run: str) -> str:
        return f"DAY      {fact.date} begins with {fact.equity}"

    def _posture(self, fact: PostureChanged, _run: str) -> str:
        lasting = f", until {shown(fact.until)}" if fact.until else ""
        return f"POSTURE  {fact.before} to {fact.after} ({fact.cause}, by {fact.by}{lasting}): {fact.why}"

    def _signal(self, fact: SignalGenerated, run: str) -> None:
        self._signals[run] = f"{fact.event.symbol} {_told(fact.event)}"

    def _replied(self, fact: ModelReplied, run: str) -> None:
        self._voices[run, fact.role] = fact.label

    def _verified(self, fact: Verification, run: str) -> None:
        if fact.ruling == "veto":
            self._why[run] = f"{'; '.join(fact.reasons)} ({self._voices.get((run, 'verifier'), _NOBODY)})"

    def _decided(self, fact: Decision, run: str) -> str:
        what = f"{fact.action} {fact.direction}" if fact.direction else fact.action
        voice = self._voices.get((run, "commander"), _NOBODY)
        about = self._signals.get(run, fact.symbol)
        return f"DECISION {about}: {what}, {fact.confidence} % sure ({voice}): {fact.rationale}"

    def _abstained(self, fact: Abstained, run: str) -> None:
        self._why[run] = f"{fact.role} {fact.reason}: {fact.detail}"

    def _ruled(self, fact: GateRuled, run: str) -> str | None:
        if fact.cleared:
            return None
        self._ruled_on.add(run)
        failed = next(check for check in fact.checks if not check.held)
        order = fact.order
        return (
            f"DENIED   {order.side} {order.quantity} {order.symbol}: {fact.code}, "
            f"found {failed.figure}, limit {failed.limit}"
        )

    def _intended(self, fact: OrderIntended, _run: str) -> str:
        order = fact.order
        at = f"limit {order.limit}" if order.limit else f"stop {order.stop}" if order.stop else "at market"
        return f"ORDER    {order.side} {order.quantity} {order.symbol} {at}  [{order.client_id}]"

    def _rejected(self, fact: OrderRejected, _run: str) -> str:
        return f"REJECTED [{fact.client_id}] by the broker: {fact.reason}"

    def _unknown(self, fact: OrderUnknown, _run: str) -> str:
        return f"UNKNOWN  [{fact.client_id}] {fact.reason}; it is not sent again"

    def _filled(self, fact: OrderFilled, _run: str) -> str:
        done = "bought" if fact.side == "buy" else "sold"
        return f"FILL     {done} {fact.quantity} {fact.symbol} at {fact.price}, fee {fact.fee}"

    def _held(self, fact: PositionUpdated, _run: str) -> str | None:
        return (
            None
            if fact.quantity
            else f"FLAT     {fact.symbol}: {fact.realised.rounded().amount:+,} {fact.currency} before fees"
        )

    def _protected(self, fact: ProtectionSet, _run: str) -> str:
        target = f", target {fact.target}" if fact.target else ""
        return f"GUARD    {fact.symbol}: stop {fact.stop}{target} ({fact.reason})"

    def _exit(self, fact: ExitTriggered, _run: str) -> str:
        if fact.reason == "safe":
            return f"LEAVE    {fact.symbol}: the desk leaves everything: closing {fact.quantity}"
        word = "STOP-OUT" if fact.reason == "stop" else "TARGET  "
        return f"{word} {fact.symbol} at {fact.price} reached its {fact.reason} {fact.level}: closing {fact.quantity}"

    def _cancelled(self, fact: OrderCancelled, _run: str) -> str:
        return f"CANCEL   [{fact.client_id}] {fact.reason}"

    def _settled(self, fact: RunSettled, run: str) -> str | None:
        about = self._signals.pop(run, run)
        why = self._why.pop(run, fact.reason)
        told = run in self._ruled_on
        self._ruled_on.discard(run)
        self._voices = {key: voice for key, voice in self._voices.items() if key[0] != run}
        return None if told or fact.outcome not in _ENDINGS else f"{_ENDINGS[fact.outcome]:<8} {about}: {why}"

    def _alert(self, fact: RiskAlert, _run: str) -> str:
        return f"ALERT    {fact.code}: {fact.figure} against {fact.limit}; {fact.done}"

    def _missed(self, fact: ServiceLevelMissed, _run: str) -> str:
        return (
            f"SLOW     {fact.stage} took {fact.took_ms} ms, its target is {fact.target_ms} ms; "
            f"missed {fact.in_a_row} times in a row"
        )


def _told(event: MarketEvent) -> str:
    """What woke the desk, in few words; where a figure for them is missing, the kind alone."""
    words = _WORDS.get(event.kind, event.kind.replace("_", " "))
    near = "stop" if "stop" in event.figures else "target"
    try:
        return words.format(near=near, level=event.figures.get(near), **event.figures)
    except (KeyError, TypeError):
        return event.kind.replace("_", " ")


_WORDS: dict[str, str] = {
    "price_shock": "{change_pct:+.2f} % in {window_minutes} min",
    "volume_surge": "volume {volume_ratio:.1f} times the usual",
    "rsi_extreme": "RSI {rsi:.0f}",
    "exit_near": "near its {near} {level} ({way_left_pct:.0f} % of the way left)",
    "vix_band": "volatility index {vix} across {vix_edge}",
    "headline": "headline of tone {news_score:+.1f}",
}
"""How an event is told; words from outside are not."""

_NOBODY = "source not recorded"
_ENDINGS = {
    "vetoed": "VETO",
    "abstained": "ABSTAIN",
    "denied": "DENIED",
    "superseded": "SHED",
    "abandoned": "CUT",
    "failed": "FAILED",
}
"""Outcomes that no other line has told."""

_LINES: dict[type, Callable[[Narrator, Any, str], str | None]] = {
    DeskOpened: Narrator._opened,
    DayOpened: Narrator._day,
    PostureChanged: Narrator._posture,
    SignalGenerated: Narrator._signal,
    ModelReplied: Narrator._replied,
    Verification: Narrator._verified,
    Decision: Narrator._decided,
    Abstained: Narrator._abstained,
    GateRuled: Narrator._ruled,
    OrderIntended: Narrator._intended,
    OrderRejected: Narrator._rejected,
    OrderUnknown: Narrator._unknown,
    OrderFilled: Narrator._filled,
    OrderCancelled: Narrator._cancelled,
    PositionUpdated: Narrator._held,
    ProtectionSet: Narrator._protected,
    ExitTriggered: Narrator._exit,
    RunSettled: Narrator._settled,
    RiskAlert: Narrator._alert,
    ServiceLevelMissed: Narrator._missed,
}
