"""The batch indicators in one table: ours on bars, TA-Lib's on the same bars, and the unit of the answer."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import talib

from core.quant.indicators.averages import ema, sma
from core.quant.indicators.candles import Candles, heikin_ashi, parabolic_sar
from core.quant.indicators.gauges import gauges
from core.quant.indicators.momentum import rsi
from core.quant.indicators.osma import macd, osma
from core.quant.indicators.volatility import atr, bollinger, realised_volatility, true_range
from core.quant.kernel import Floats
from tests.core.quant.histories import recorded

Answer = Callable[[Candles], tuple[Floats, ...]]


class Indicator(NamedTuple):
    """Ours, theirs if they have it, and the power of the price's unit in its own."""

    ours: Answer
    theirs: Answer | None
    power: int = 1


def fused(bars: Candles) -> tuple[Floats, ...]:
    answer = gauges(bars.high, bars.low, bars.close)
    return answer.osma, answer.atr, *answer.bands


TABLE = {
    "sma": Indicator(lambda b: (sma(b.close, 20),), lambda b: (talib.SMA(b.close, 20),)),
    "ema": Indicator(lambda b: (ema(b.close, 26),), lambda b: (talib.EMA(b.close, 26),)),
    "osma": Indicator(lambda b: (osma(b.close),), lambda b: talib.MACD(b.close, 12, 26, 9)[2:]),
    "macd": Indicator(lambda b: macd(b.close), lambda b: talib.MACD(b.close, 12, 26, 9)),
    "rsi": Indicator(lambda b: (rsi(b.close),), lambda b: (talib.RSI(b.close, 14),), 0),
    "true range": Indicator(
        lambda b: (true_range(b.high, b.low, b.close),), lambda b: (talib.TRANGE(b.high, b.low, b.close),)
    ),
    "atr": Indicator(lambda b: (atr(b.high, b.low, b.close),), lambda b: (talib.ATR(b.high, b.low, b.close, 14),)),
    "bollinger": Indicator(lambda b: bollinger(b.close), lambda b: talib.BBANDS(b.close, 20, 2.0, 2.0)),
    "sar": Indicator(lambda b: (parabolic_sar(b.high, b.low),), lambda b: (talib.SAR(b.high, b.low),)),
    "realised": Indicator(lambda b: (realised_volatility(b.close),), None, 0),
    "heikin-ashi": Indicator(heikin_ashi, None),
    "fused": Indicator(
        fused,
        lambda b: (
            talib.MACD(b.close)[2],
            talib.ATR(b.high, b.low, b.close),
            *talib.BBANDS(b.close, 20, 2.0, 2.0),
        ),
    ),
    "fused rsi": Indicator(
        lambda b: (gauges(b.high, b.low, b.close).rsi,), lambda b: (talib.RSI(b.close),), 0
    ),
}  # fmt: skip


def walk(count: int, seed: int = 1, level: float = 100.0) -> Candles:
    """Bars of a random walk."""
    draw = np.random.default_rng(seed)
    close = level * np.exp(np.cumsum(draw.normal(0, 0.01, count)))
    high: Floats = close * (1 + 0.01 * draw.random(count))
    low: Floats = close * (1 - 0.01 * draw.random(count))
    return Candles(low + (high - low) * draw.random(count), high, low, close)


def panel(*symbols: Candles) -> Candles:
    """Bars of several symbols side by side."""
    return Candles(*(np.ascontiguousarray(np.column_stack(columns)) for columns in zip(*symbols, strict=True)))


def symbol(bars: Candles, place: int) -> Candles:
    """One symbol of a panel as a series of its own."""
    return Candles(*(np.ascontiguousarray(column[:, place]) for column in bars))


def until(bars: Candles, cut: int) -> Candles:
    """The bars before the cut, as if no more had come yet."""
    return Candles(*(column[:cut].copy() for column in bars))


def late(bars: Candles, rows: int) -> Candles:
    """The same bars, of a symbol that did not trade in the first rows."""
    absent = np.full((rows, *bars.close.shape[1:]), np.nan)
    return Candles(*(np.concatenate([absent, column]) for column in bars))


def daily() -> Candles:
    """Recorded daily closes of ten stocks, each begun at 100, as bars that hold nothing but their close."""
    closes: Floats = np.asarray(100 * np.cumprod(1 + recorded(), axis=0), np.float64)
    return Candles(closes, closes, closes, closes)
