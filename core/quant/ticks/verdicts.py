"""What became of a tick, as bits: a batch answers one number per tick, and only those that are not zero need a look."""

from enum import IntFlag


class Verdict(IntFlag):
    """Zero is a tick that was taken and changed nothing else. Of the first four one at most, and then nothing moved."""

    REPEATED = 1
    """The time and sequence of the tick seen last: a second delivery."""
    LATE = 2
    """Out of order: its time and sequence lie before those of a tick already seen."""
    UNUSABLE = 4
    """No price (missing, not finite, not above zero, absurd), or an absurd time."""
    OUTLIER = 8
    """Too far from the price before, and not confirmed."""
    UNSIZED = 16
    """Taken without its volume: missing, not finite, negative, absurd."""
    SHIFT = 32
    """A far price that was confirmed: the level has moved."""
    GAP = 64
    """It ended a silence inside the day that was longer than the terms allow."""
    DAY = 128
    """The first tick of a day."""
    BAR = 256
    """A bar of the first frame closed; those of higher frames close with one of the first."""
    BREAKOUT = 512
    """Above the highest price of the window of closed bars."""
    BREAKDOWN = 1024
    """Below the lowest price of that window."""
    SURGE = 2048
    """The forming bar's volume is a surge against the mean of that window."""

    @property
    def taken(self) -> bool:
        """Whether the tick moved the figures."""
        return not self & REFUSED


REFUSED = 15
(REPEATED, LATE, UNUSABLE, OUTLIER, UNSIZED, SHIFT, GAP, DAY, BAR, BREAKOUT, BREAKDOWN, SURGE) = map(int, Verdict)
KINDS = len(Verdict)
