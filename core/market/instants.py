"""Instants: nanoseconds since 1970 in UTC inside, RFC 3339 wherever people or files see them."""

from datetime import UTC, datetime, timedelta

SECOND = 1_000_000_000
MINUTE = 60 * SECOND

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def moment(instant: int) -> datetime:
    """An instant as a date and time in UTC, to the microsecond."""
    return _EPOCH + timedelta(microseconds=instant // 1000)


def nanoseconds(moment: datetime) -> int:
    """A date and time as an instant; exact, for both are whole microseconds."""
    return (moment - _EPOCH) // _MICROSECOND * 1000


def shown(instant: int) -> str:
    """An instant in RFC 3339, to the second."""
    return f"{moment(instant):%Y-%m-%dT%H:%M:%SZ}"
