"""The hash chain. Each link covers the one before it and the body of its event, so no event can change unseen.

A plain chain shows accidents and careless edits; it cannot show a rewrite by somebody who recomputes it, nor that its
end was cut off. Sealing heads with a key that lives elsewhere is what shows that.
"""

from hashlib import sha256

GENESIS = bytes(32)
"""What the first event links to."""


def link(previous: bytes, body: bytes) -> bytes:
    """The hash of an event, given the hash of the one before it."""
    return sha256(previous + body).digest()
