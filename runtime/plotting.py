"""A series as a picture: price with Bollinger bands, OsMA, RSI, one above the other over one axis of time.

The SVG needs nothing from outside: plain shapes and text on a light ground. Bars stand side by side at equal distance,
so nights and weekends take no room. A figure that is not known is not drawn. PNG is made of the same SVG.
"""

from collections.abc import Callable, Iterator, Sequence
from html import escape
from itertools import groupby
from math import ceil, floor, isfinite, log10
from typing import NamedTuple

from core.errors import BadInput
from core.market.instants import MINUTE, moment
from core.quant.kernel import Floats
from core.signals.explanation import HIGH, LOW, Curves

WIDTH, HEIGHT, LEFT, RIGHT = 1100, 720, 76, 24
INK, FAINT, GRID = "#24292f", "#6e7781", "#e6e9ed"
PRICE, BAND, FILL, UP, DOWN, STRENGTH, MARK = (
    "#0b3d91",
    "#7fa6d9",
    "#eaf2fb",
    "#2e7d4f",
    "#b3372f",
    "#6b3fa0",
    "#d97706",
)
DAY = 1440 * MINUTE


class Panel(NamedTuple):
    """One chart: where it stands, and which values it spans."""

    top: float
    height: float
    low: float
    high: float

    def y(self, value: float) -> float:
        """The height of a value on the page."""
        return self.top + (self.high - value) / (self.high - self.low) * self.height


class View(NamedTuple):
    """What is drawn: the figures of these bars, and the instants of the shocks among them."""

    title: str
    subtitle: str
    times: Sequence[int]
    curves: Curves
    shocks: Sequence[int]

    def x(self, place: float) -> float:
        """Where a bar stands on the page."""
        return LEFT + (place + 0.5) / len(self.times) * (WIDTH - LEFT - RIGHT)


def last_bars(view: View, count: int) -> View:
    """The same view of the last bars only."""
    drawn = view.curves
    bands = type(drawn.bands)(*(line[-count:] for line in drawn.bands))
    cut = {name: getattr(drawn, name)[-count:] for name in drawn._fields if name != "bands"}
    times = view.times[-count:]
    return view._replace(
        times=times, curves=Curves(bands=bands, **cut), shocks=[at for at in view.shocks if at >= times[0]]
    )


def svg(view: View) -> str:
    """The picture as SVG text."""
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
            f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="DejaVu Sans, Helvetica, Arial, sans-serif">',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
            _text(LEFT, 32, view.title, size=20, weight="bold"),
            _text(LEFT, 54, view.subtitle, size=13, fill=FAINT),
            *_time_axis(view),
            *_prices(view),
            *_osma(view),
            *_rsi(view),
            "</svg>",
        ]
    )


def png(picture: str) -> bytes:
    """An SVG picture as PNG, at twice its size so that it stays sharp."""
    from mermaidx import svg_to_png

    return bytes(svg_to_png(picture, width=WIDTH * 2, background="#ffffff"))


def _as_text(picture: str) -> bytes:
    return picture.encode()


FORMATS: dict[str, Callable[[str], bytes]] = {".svg": _as_text, ".png": png}
"""How a picture is written, by the end of the file's name."""


def written(suffix: str, view: View) -> bytes:
    """The picture in the format of this suffix."""
    if suffix not in FORMATS:
        raise BadInput(f"plot: a picture ends in {' or '.join(FORMATS)}, found {suffix!r}")
    return FORMATS[suffix](svg(view))


def _prices(view: View) -> Iterator[str]:
    drawn = view.curves
    panel = _panel(84, 330, [drawn.close, drawn.bands.upper, drawn.bands.lower])
    shocks = [("price shock", MARK)] if view.shocks else []
    yield from _frame(panel, "price", [("close", PRICE), ("Bollinger 20/2", BAND), *shocks])
    yield from _area(view, panel, drawn.bands.upper, drawn.bands.lower)
    for line in (drawn.bands.upper, drawn.bands.lower):
        yield from _line(view, panel, line, BAND, 1)
    yield from _line(view, panel, drawn.bands.middle, BAND, 1, dashes="5 4")
    yield from _line(view, panel, drawn.close, PRICE, 1.7)
    for place in (_place(view.times, at) for at in view.shocks):
        x, y = view.x(place), panel.y(float(drawn.close[place])) - 8
        yield f'<path d="M{x:.1f} {y:.1f}l-5 -9h10z" fill="{MARK}"/>'


def _osma(view: View) -> Iterator[str]:
    line = view.curves.osma
    panel = _panel(448, 100, [line], around=0.0)
    yield from _frame(panel, "OsMA", [("OsMA 12/26/9 above zero", UP), ("below", DOWN)])
    yield from _unknown(panel, line)
    zero, width = panel.y(0), max((WIDTH - LEFT - RIGHT) / len(line) * 0.7, 0.6)
    for place, value in enumerate(line):
        if isfinite(value):
            top, size = min(panel.y(value), zero), abs(panel.y(value) - zero)
            at = view.x(place) - width / 2
            colour = UP if value > 0 else DOWN
            yield f'<rect x="{at:.1f}" y="{top:.1f}" width="{width:.2f}" height="{size:.1f}" fill="{colour}"/>'
    yield f'<path d="M{LEFT} {zero:.1f}H{WIDTH - RIGHT}" stroke="{FAINT}"/>'


def _rsi(view: View) -> Iterator[str]:
    panel = Panel(582, 90, 0, 100)
    yield from _frame(panel, "RSI", [("RSI 14", STRENGTH)], [LOW, 50, HIGH])
    for bound in (LOW, HIGH):
        yield f'<path d="M{LEFT} {panel.y(bound):.1f}H{WIDTH - RIGHT}" stroke="{FAINT}" stroke-dasharray="4 4"/>'
    yield from _unknown(panel, view.curves.rsi)
    yield from _line(view, panel, view.curves.rsi, STRENGTH, 1.5)


def _panel(top: float, height: float, lines: Sequence[Floats], around: float | None = None) -> Panel:
    values = [float(value) for line in lines for value in line if isfinite(value)]
    values += [] if around is None else [around]
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = (high - low) * 0.06 or abs(high) * 0.01 or 1.0
    return Panel(top, height, low - room, high + room)


def _frame(
    panel: Panel, name: str, legend: Sequence[tuple[str, str]], marks: Sequence[float] | None = None
) -> Iterator[str]:
    """Ground lines with their values, the name of the axis, and what each colour is."""
    for value in _round_values(panel.low, panel.high, max(int(panel.height // 45), 4)) if marks is None else marks:
        y = panel.y(value)
        yield f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="{GRID}"/>'
        yield _text(LEFT - 8, y + 4, f"{value:,.6g}", anchor="end", fill=FAINT)
    middle = panel.top + panel.height / 2
    turned = f'transform="rotate(-90 16 {middle:.0f})"'
    yield _text(16, middle, name, anchor="middle", extra=turned)
    yield f'<path d="M{LEFT} {panel.top}v{panel.height}" stroke="{FAINT}"/>'
    x = float(LEFT + 10)
    for label, colour in legend:
        yield f'<rect x="{x:.0f}" y="{panel.top - 14:.0f}" width="10" height="10" fill="{colour}"/>'
        yield _text(x + 15, panel.top - 5, label, fill=FAINT)
        x += 34 + 7 * len(label)


def _time_axis(view: View) -> Iterator[str]:
    bottom, count = 672, len(view.times)
    span = view.times[-1] - view.times[0]
    shape = "%Y-%m-%d" if span > 10 * DAY else "%m-%d %H:%M"
    for number in range(min(count, 8)):
        place = (2 * number + 1) * count // (2 * min(count, 8))
        x = view.x(place)
        yield f'<path d="M{x:.1f} 84V{bottom}" stroke="{GRID}"/>'
        yield _text(x, bottom + 20, f"{moment(view.times[place]):{shape}}", anchor="middle", fill=FAINT)
    yield f'<path d="M{LEFT} {bottom}H{WIDTH - RIGHT}" stroke="{FAINT}"/>'
    yield _text(WIDTH - RIGHT, bottom + 40, f"time in UTC, bars: {count}", anchor="end", fill=FAINT)


def _line(view: View, panel: Panel, line: Floats, colour: str, width: float, dashes: str = "none") -> Iterator[str]:
    for known, group in groupby(enumerate(line), lambda point: isfinite(point[1])):
        points = [f"{view.x(place):.1f},{panel.y(value):.1f}" for place, value in group] if known else []
        if len(points) == 1:
            x, y = points[0].split(",")
            yield f'<circle cx="{x}" cy="{y}" r="{2 * width}" fill="{colour}"/>'
        elif points:
            yield (
                f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="{width}" '
                f'stroke-dasharray="{dashes}" stroke-linejoin="round"/>'
            )


def _area(view: View, panel: Panel, upper: Floats, lower: Floats) -> Iterator[str]:
    known = [place for place in range(len(upper)) if isfinite(upper[place] + lower[place])]
    if known:
        edge = [(place, upper[place]) for place in known] + [(place, lower[place]) for place in reversed(known)]
        points = " ".join(f"{view.x(place):.1f},{panel.y(value):.1f}" for place, value in edge)
        yield f'<polygon points="{points}" fill="{FILL}"/>'


def _unknown(panel: Panel, line: Floats) -> Iterator[str]:
    """What stands in the place of a line without any value."""
    if not any(map(isfinite, line)):
        yield _text(LEFT + 10, panel.top + 18, "not known: too few bars", fill=FAINT)


def _place(times: Sequence[int], at: int) -> int:
    """The bar an instant belongs to."""
    return max((place for place, begin in enumerate(times) if begin <= at), default=0)


def _round_values(low: float, high: float, count: int) -> list[float]:
    """At most about this many round numbers between two values."""
    rough = (high - low) / max(count, 2)
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough)
    return [step * number for number in range(ceil(low / step), floor(high / step) + 1)]


def _text(x: float, y: float, text: str, size: int = 12, fill: str = INK, **more: str) -> str:
    anchor, weight, extra = more.get("anchor", "start"), more.get("weight", "normal"), more.get("extra", "")
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}" '
        f'fill="{fill}" {extra}>{escape(text)}</text>'
    )
