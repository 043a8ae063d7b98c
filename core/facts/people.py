"""What people asked of the desk."""

from msgspec import Struct


class OperatorCommanded(Struct, frozen=True, tag="OPERATOR_COMMANDED"):
    """A command arrived, from whom and by which way, and what came of it."""

    command: str
    who: str
    source: str
    result: str
