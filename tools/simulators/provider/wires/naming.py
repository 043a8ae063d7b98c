"""Names and times on the wire. None is random: each derives from the number of its request."""

import base64
import hashlib

BEGINNING = 1_767_225_600
"""2026-01-01, when every simulated provider began; seconds since 1970."""


def name(prefix: str, number: int, length: int, part: object = "") -> str:
    """An identifier as providers make them."""
    return prefix + hashlib.sha256(f"{prefix}:{number}:{part}".encode()).hexdigest()[:length]


def signature(words: str, prefix: str) -> str:
    """What proves that thoughts come back as they were sent: base64, as the real ones are."""
    return prefix + base64.b64encode(hashlib.sha256(words.encode()).digest() + b"\0").decode()


def proves(given: str, words: str, prefix: str) -> bool:
    """Whether a signature is that of these words, in either alphabet of base64."""
    return given.translate(_PLAIN) == signature(words, prefix)


_PLAIN = str.maketrans("-_", "+/")
