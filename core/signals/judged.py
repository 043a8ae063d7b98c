"""What the judgements say of the last bar of a series: dokyaku, ikikaeri, momi, line range, alignment of periods.

The source leaves widths to the trader. Here a move counts from a tenth of the average true range on, a congestion is
fifteen bars within three of it, and the axis of the range is the longest of the lines.
"""

from msgspec import Struct

from core.market.instants import MINUTE
from core.quant.indicators.averages import LINES, lines
from core.quant.indicators.candles import Candles
from core.quant.kernel import Floats
from core.quant.timeframes.directions import DOWN, NONE, UP, WAIT, in_atr
from core.quant.timeframes.ikikaeri import GO_GO, GO_RETURN, GOING, RETURN_BACK, RETURN_GO, RETURNING, ikikaeri
from core.quant.timeframes.judgements import dokyaku, momi
from core.quant.timeframes.line_range import line_range
from core.quant.timeframes.tsml import FRAMES, alignment, osma_of_frame

TOLERANCE, CONGESTION, CONGESTED_BARS = 0.1, 3.0, 15
DIRECTIONS = {NONE: "none", UP: "up", DOWN: "down", WAIT: "wait"}


class Judged(Struct, frozen=True):
    """One judgement at the last bar."""

    name: str
    says: str
    """up, down or wait; none where there is nothing to say."""
    means: str


def judged(bars: Candles, step: int) -> tuple[Judged, ...]:
    """Every judgement that these bars, so many nanoseconds apart, allow."""
    return (_dokyaku(bars), _ikikaeri(bars), _momi(bars), _range(bars.close), *_alignment(bars.close, step))


def _dokyaku(bars: Candles) -> Judged:
    says = int(dokyaku(bars, in_atr(TOLERANCE, bars))[-1])
    return Judged("dokyaku", DIRECTIONS[says], _DOKYAKU[says])


_DOKYAKU = {
    NONE: "too few bars",
    UP: "averaged and dealt prices agree on up",
    DOWN: "averaged and dealt prices agree on down",
    WAIT: "averaged and dealt prices disagree, or a turn is not confirmed yet",
}


def _ikikaeri(bars: Candles) -> Judged:
    found = ikikaeri(bars)
    phase, swing = _PHASES.get(int(found.phases[-1]), "too few bars"), _SWINGS.get(int(found.swings[-1]))
    return Judged("ikikaeri", DIRECTIONS[int(found.directions[-1])], f"{phase}; {swing}" if swing else phase)


_PHASES = {GOING: "going: a new extreme of its run", RETURNING: "returning: no new extreme of its run"}
_SWINGS = {
    GO_GO: "swings: higher highs, higher lows",
    GO_RETURN: "swings: higher highs, lower lows",
    RETURN_GO: "swings: lower highs, higher lows",
    RETURN_BACK: "swings: lower highs, lower lows",
}


def _momi(bars: Candles) -> Judged:
    width = in_atr(CONGESTION, bars)
    held = int(momi(bars, width, CONGESTED_BARS)[-1]) == WAIT
    known = bool(width[-1] == width[-1]) and len(width) >= CONGESTED_BARS
    within, beyond = (
        f"the last {CONGESTED_BARS} bars span {word} {CONGESTION:g} ATR" for word in ("less than", "at least")
    )
    means = f"congestion: {within}" if held else f"no congestion: {beyond}" if known else "too few bars"
    return Judged("momi", DIRECTIONS[WAIT if held else NONE], means)


def _range(close: Floats) -> Judged:
    drawn = lines(close)
    found = line_range(close, drawn, len(LINES) - 1)
    low, high = int(found.lower_line[-1]), int(found.upper_line[-1])
    if low < 0:
        known = bool(drawn[-1, -1] == drawn[-1, -1])
        return Judged(
            "line range", DIRECTIONS[NONE], "no range: no pair of lines holds the price" if known else "too few bars"
        )
    borders = f"{found.lower[-1]:,.6g} (line {LINES[low]}) and {found.upper[-1]:,.6g} (line {LINES[high]})"
    return Judged("line range", DIRECTIONS[WAIT], f"between {borders}")


def _alignment(close: Floats, step: int) -> tuple[Judged, ...]:
    """OsMA of the four periods, if the bars are those of a timeframe."""
    frame = next((name for name, frame in FRAMES.items() if frame.minutes * MINUTE == step), None)
    if frame is None:
        return ()
    says = int(alignment(osma_of_frame(close, frame))[-1])
    periods = ", ".join(map(str, FRAMES[frame].periods))
    return (Judged(f"alignment {frame}", DIRECTIONS[says], _ALIGNED[says].format(periods)),)


_ALIGNED = {
    NONE: "too few bars for OsMA of the periods {}",
    UP: "OsMA of the periods {} rises on all",
    DOWN: "OsMA of the periods {} falls on all",
    WAIT: "OsMA of the periods {} disagrees",
}
