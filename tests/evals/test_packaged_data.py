"""The excerpt of real data that ships: what its page says of it is true."""

import gzip
from collections import Counter
from datetime import date
from hashlib import sha256
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from core.market.instants import SECOND
from core.market.quotes import Quote
from tools.calendar_terms import CalendarTerms
from tools.calendars import session_table
from tools.feeds.recording import Recording

CALENDARS = {"US": CalendarTerms(exchange="XNYS", zone="America/New_York")}

DATA = files("evals") / "data"
NAME = "ibm-spy-minutes-2013-10.csv.gz"
DAYS = ("2013-10-04", "2013-10-07", "2013-10-08")


@pytest.fixture(scope="module")
def quotes() -> list[Quote]:
    with as_file(DATA / NAME) as path:
        return list(Recording([Path(path)]))


def test_its_page_states_the_digests_of_the_file_and_of_its_content() -> None:
    page = (DATA / "SOURCES.md").read_text()
    packed = (DATA / NAME).read_bytes()
    for content in (packed, gzip.decompress(packed)):
        assert sha256(content).hexdigest() in page


def test_the_stream_carries_neither_a_time_nor_a_name() -> None:
    flags_and_time = (DATA / NAME).read_bytes()[3:8]
    assert flags_and_time == bytes(5)


def test_it_holds_both_symbols_on_all_three_days(quotes: list[Quote]) -> None:
    assert Counter(quote.symbol for quote in quotes) == {"SPY": 1203, "IBM": 1186}
    table = session_table("US", date(2013, 10, 4), date(2013, 10, 8), CALENDARS)
    during = Counter((quote.symbol, table.trading_date(quote.at)) for quote in quotes if table.is_open(quote.at))
    assert during == {(symbol, day): 390 for symbol in ("IBM", "SPY") for day in DAYS}


def test_it_begins_and_ends_around_the_session(quotes: list[Quote]) -> None:
    table = session_table("US", date(2013, 10, 4), date(2013, 10, 8), CALENDARS)
    assert quotes[0].at == table.sessions[0].opens - 300 * SECOND
    assert quotes[-1].at == table.sessions[-1].closes + 300 * SECOND


def test_minutes_are_whole_and_in_order_and_no_instrument_has_one_twice(quotes: list[Quote]) -> None:
    places = [(quote.at, quote.symbol) for quote in quotes]
    assert places == sorted(set(places))
    assert all(quote.at % (60 * SECOND) == 0 for quote in quotes)


def test_prices_are_sane_two_sided_and_never_crossed(quotes: list[Quote]) -> None:
    for quote in quotes:
        low, high = {"IBM": (178, 187), "SPY": (165, 170)}[quote.symbol]
        assert quote.bid is not None and quote.ask is not None
        assert low < quote.bid <= quote.ask < high
        assert quote.last is None or abs(quote.last - quote.bid) < 1
        assert quote.bid_size and quote.ask_size
    assert sum(quote.last is None for quote in quotes) == 9


def test_volumes_are_those_of_the_trades_and_a_minute_without_one_has_none(quotes: list[Quote]) -> None:
    assert all((quote.volume is None) == (quote.last is None) for quote in quotes)
    assert all(quote.volume is None or quote.volume >= 1 for quote in quotes)
