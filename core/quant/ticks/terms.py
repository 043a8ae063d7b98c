"""What the tick path believes, remembers and calls unusual (table `[stream]` of the configuration)."""

from decimal import Decimal
from itertools import pairwise

from msgspec import Struct

from core.errors import BadInput
from core.market.instruments import bounded
from core.quant.ticks.layout import WINDOW


class StreamTerms(Struct, frozen=True, forbid_unknown_fields=True):
    """The terms of a stream; the same for every symbol of it."""

    frames: tuple[int, ...] = (1, 5, 15, 30, 60, 240, 1440)
    """Minutes of each timeframe, multiples of the first; 1440 is the trading day."""
    depth: int = 64
    """Closed bars kept of each timeframe."""
    sigmas: float = 8.0
    """A step of more standard deviations than this is doubted …"""
    calm_pct: float = 0.5
    """… unless it is not larger than this share of the price."""
    first_pct: float = 4.0
    """The largest step that is believed while the usual size of a step is not known."""
    confirm: int = 3
    """Far ticks that must agree in a row before their level is believed."""
    gap_seconds: int = 300
    """A longer silence inside a day is a gap."""
    surge_ratio: float = 2.0
    """A volume this many times the usual one is a surge, and counts fully in the momentum score."""
    full_pct: float = 0.5
    """A change of this size over one bar counts fully in the momentum score."""
    quality_floor: float = 70.0
    """Below this data-quality score nothing may be entered."""

    def __post_init__(self) -> None:
        bounded("depth", Decimal(self.depth), Decimal(WINDOW), Decimal(4096))
        bounded("confirm", Decimal(self.confirm), Decimal(1), Decimal(20))
        bounded("gap_seconds", Decimal(self.gap_seconds), Decimal(1), Decimal(86_400))
        for field, (low, high) in _RANGES.items():
            bounded(field, Decimal(str(getattr(self, field))), Decimal(low), Decimal(high))
        _check_frames(self.frames)


_RANGES = {
    "sigmas": ("2", "100"),
    "calm_pct": ("0", "50"),
    "first_pct": ("0.1", "50"),
    "surge_ratio": ("1", "1000"),
    "full_pct": ("0.01", "50"),
    "quality_floor": ("0", "100"),
}


def _check_frames(frames: tuple[int, ...]) -> None:
    rising = all(earlier < later for earlier, later in pairwise(frames))
    if not 1 <= len(frames) <= 16 or not rising or frames[0] < 1 or frames[-1] > 1440:
        raise BadInput(f"frames: must be 1 to 16 rising numbers of minutes from 1 to 1440, found {list(frames)}")
    odd = [frame for frame in frames if frame % frames[0] or 1440 % frame]
    if odd:
        raise BadInput(f"frames: each must divide 1440 and be a multiple of the first, found {odd[0]}")
