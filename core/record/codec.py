"""Facts to bytes and back. The bytes are canonical: the same fact always gives the same bytes."""

from hashlib import sha256
from typing import Any

import msgspec

from core.errors import BadInput, JournalBroken
from core.facts.orders import Order
from core.facts.signals import MarketEvent
from core.record.envelope import SCHEMA, Envelope

_encoder = msgspec.json.Encoder(order="deterministic")
_envelopes = msgspec.json.Decoder(Envelope)
_events = msgspec.json.Decoder(MarketEvent)


def encode(value: Any) -> bytes:
    """Canonical JSON of any fact, value or plain structure."""
    return _encoder.encode(value)


def decode_envelope(body: bytes) -> Envelope:
    """Read a stored event; anything unexpected is a broken journal."""
    try:
        envelope = _envelopes.decode(body)
    except msgspec.DecodeError as error:
        raise JournalBroken(f"an event cannot be read: {error}") from error
    if envelope.metadata.schema > SCHEMA:
        raise JournalBroken(f"event {envelope.id!r} has schema {envelope.metadata.schema}, this release knows {SCHEMA}")
    return envelope


def decode_event(text: bytes) -> MarketEvent:
    """Read a market event that came from outside; errors name the field."""
    try:
        return _events.decode(text)
    except msgspec.DecodeError as error:
        raise BadInput(f"event: {error}") from error


def digest(data: bytes) -> str:
    """The content address of bytes."""
    return sha256(data).hexdigest()


def order_hash(order: Order) -> str:
    """What a clearance is for: every field of the order."""
    return digest(encode(order))
