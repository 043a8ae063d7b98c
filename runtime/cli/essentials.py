"""An event in one line: when, what, about what, and what a person wants to know of it first."""

from core.facts.catalogue import Fact, wire_name
from core.market.instants import moment
from core.record.envelope import Recorded
from runtime.cli.terminal import printable

ESSENTIALS = {
    "PRICE_TICK": "{0.quote.key} bid {0.quote.bid} ask {0.quote.ask} last {0.quote.last}, {0.quote.provenance}",
    "SIGNAL_GENERATED": "{0.event.kind} {0.event.key} from {0.event.source}",
    "MODEL_REPLIED": "{0.role} asked {0.label} ({0.model}), prompt {0.prompt}",
    "TOOL_ANSWERED": "{0.role} looked up {0.tool}",
    "ANALYSIS_MADE": "{0.view} {0.symbol}, {0.confidence} % sure, risk {0.risk}, data {0.data_quality}: {0.rationale}",
    "VERIFICATION_MADE": "{0.ruling} {0.symbol}, {0.confidence} % sure, size factor {0.size_factor} at {0.price}",
    "ABSTAINED": "{0.role} {0.reason}: {0.detail}",
    "DECISION_MADE": "{0.action} {0.symbol}, {0.confidence} % sure: {0.rationale}",
    "GATE_RULED": "{0.code}: {0.order.side} {0.order.quantity} {0.order.symbol} to {0.effect} exposure",
    "ORDER_INTENDED": "{0.order.client_id} {0.order.side} {0.order.quantity} {0.order.symbol} {0.order.kind}",
    "ORDER_PLACED": "{0.client_id} stands at the broker as {0.broker_id}",
    "ORDER_REJECTED": "{0.client_id}: {0.reason}",
    "ORDER_UNKNOWN": "{0.client_id}: {0.reason}",
    "ORDER_NOT_PLACED": "{0.client_id}: {0.evidence}",
    "ORDER_FILLED": "{0.client_id} {0.side} {0.quantity} {0.symbol} at {0.price}, fee {0.fee}",
    "ORDER_CANCELLED": "{0.client_id}: {0.reason}",
    "POSITION_UPDATED": "{0.quantity} {0.symbol} held, average {0.average}, realised {0.realised}",
    "PROTECTION_SET": "{0.symbol} stop {0.stop}, target {0.target}: {0.reason}",
    "EXIT_TRIGGERED": "{0.quantity} {0.symbol}: {0.reason}, price {0.price}, level {0.level}",
    "RUN_SETTLED": "{0.outcome}: {0.reason}",
    "RISK_ALERT": "{0.severity}: {0.code} {0.figure} against {0.limit}; {0.done}",
    "DESK_OPENED": "account {0.account}, {0.mode}, cash {0.cash}, posture {0.posture}, release {0.release}",
    "DESK_CLOSED": "{0.reason}",
    "DAY_OPENED": "{0.market} {0.date} begins with {0.equity}",
    "OPERATING_STATE_CHANGED": "{0.state}: {0.reason}",
    "POSTURE_CHANGED": "{0.before} to {0.after}, {0.cause}, by {0.by}: {0.why}",
    "OPERATOR_COMMANDED": "{0.command} by {0.who} over {0.source}: {0.result}",
    "RUN_TIMED": "{0.stages}",
    "SERVICE_LEVEL_MISSED": "{0.severity}: {0.stage} took {0.took_ms} ms against {0.target_ms}, {0.in_a_row} in a row",
}
"""Wire name → what of the fact is told, as a format of the fact."""


def line(recorded: Recorded) -> str:
    """The event as one line of a listing."""
    envelope = recorded.envelope
    told = " ".join(printable(essentials(recorded.fact)).split())
    return f"{recorded.position:>6}  {clock(envelope.timestamp)}  {envelope.type:<23}  {envelope.stream}  {told}"


def essentials(fact: Fact) -> str:
    """What a person wants to know of a fact first."""
    return ESSENTIALS[wire_name(fact)].format(fact)


def clock(at: int) -> str:
    """An instant to the millisecond, in UTC."""
    return f"{moment(at):%Y-%m-%d %H:%M:%S.%f}"[:-3]
