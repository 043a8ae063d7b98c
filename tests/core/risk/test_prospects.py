from decimal import Decimal

import numpy as np
import pytest

from core.market.bars import Bar
from core.risk.prospects import LEAST, SPREADS, TooShort, common_history, spread


def bars(*closes: int, begin: int = 0) -> list[Bar]:
    return [
        Bar(at=begin + at, open=Decimal(1), high=Decimal(1), low=Decimal(1), close=Decimal(close))
        for at, close in enumerate(closes)
    ]


SWINGS = [100 + number * 7 % 11 for number in range(LEAST + 10)]
OTHERS = [50 + number * 5 % 13 for number in range(LEAST + 10)]


def test_returns_go_from_close_to_close_of_the_bars_that_all_have() -> None:
    history, common = common_history([bars(*SWINGS), bars(*OTHERS, begin=3)])
    one, other = np.array(SWINGS[3:], float), np.array(OTHERS[:-3], float)
    assert common == LEAST + 7
    assert np.array_equal(history.by_asset, [one[1:] / one[:-1] - 1, other[1:] / other[:-1] - 1])


def test_too_few_bars_in_common_say_how_many_there_are() -> None:
    with pytest.raises(TooShort, match=f"^30 closed bars in common, at least {LEAST + 1} are needed"):
        common_history([bars(*SWINGS), bars(*OTHERS, begin=10)])
    assert common_history([bars(*SWINGS), bars(*OTHERS, begin=9)])[1] == LEAST + 1


@pytest.mark.parametrize("method", SPREADS)
def test_every_spread_is_whole_and_never_short(method: str) -> None:
    history, _ = common_history([bars(*SWINGS), bars(*OTHERS)])
    weights = spread(history, method)
    assert sum(weights) == pytest.approx(1) and min(weights) >= 0
