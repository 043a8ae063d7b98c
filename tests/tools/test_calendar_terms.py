"""A calendar that contradicts itself is refused with the field, the value and the way out."""

from datetime import date, time
from typing import Any

import msgspec
import pytest

from core.errors import BadInput
from tools.calendar_terms import CalendarTerms, terms_of

SEOUL = {"zone": "Asia/Seoul", "exchange": "XKRX"}
HANOI = {
    "zone": "Asia/Ho_Chi_Minh",
    "hours": [[time(9), time(11, 30)], [time(13), time(14, 45)]],
    "since": date(2026, 1, 1),
    "until": date(2026, 12, 31),
}
DAY = date(2026, 6, 3)


def refusal(**values: Any) -> str:
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.convert(values, CalendarTerms)
    return str(refused.value)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "exactly one of exchange, hours and same_as, found none"),
        ({**SEOUL, "same_as": "JP"}, "exactly one of exchange, hours and same_as, found exchange and same_as"),
        ({"same_as": "KR", "zone": "Asia/Seoul"}, "same_as: a second name has no zone of its own; write it at KR"),
        ({"same_as": "KR", "closed": {"storm": [DAY]}}, "has no closed of its own"),
        ({**SEOUL, "zone": "Asia/Soul"}, "zone: expected a time zone such as Asia/Seoul, found 'Asia/Soul'"),
        ({**SEOUL, "zone": "../etc"}, "zone: expected a time zone"),
        ({"exchange": "XKRX"}, "zone: expected a time zone such as Asia/Seoul, found ''"),
        ({**HANOI, "until": None}, "hours: a calendar written by hand says since and until"),
        ({**HANOI, "since": date(2027, 1, 1)}, "since: must not be after until, found 2027-01-01 and 2026-12-31"),
        ({**HANOI, "hours": [[time(9), time(9)]]}, "hours: spans must be in order and apart, found 09:00:00-09:00:00"),
        ({**HANOI, "hours": [[time(13), time(15)], [time(9), time(11)]]}, "hours: spans must be in order"),
        ({**HANOI, "hours": [["09:00:00+07:00", "11:00:00+07:00"]]}, "Expected `time` with no timezone component"),
        ({**HANOI, "hours": [[time(9)]]}, "Expected `array` of length 2, got 1 - at `$.hours[0]`"),
        ({**HANOI, "closed": {"x": ["2026-02-30"]}}, "Invalid RFC3339 encoded date - at `$.closed[...][0]`"),
        ({**HANOI, "closed": {"x": [DAY], "y": [DAY]}}, "2026-06-03 is given twice, as 'x' and as 'y'"),
        ({**HANOI, "closed": {"x": [DAY, DAY]}}, "2026-06-03 is given twice, as 'x' and as 'x'"),
        ({**HANOI, "closed": {"x": [date(2027, 1, 1)]}}, "2027-01-01 (x) lies outside the known days, 2026-01-01 to"),
        ({**SEOUL, "special": {"exam": {"days": [DAY], "hours": []}}}, "hours: say when these days trade"),
        (
            {**SEOUL, "closed": {"x": [DAY]}, "special": {"exam": {"days": [DAY], "hours": [[time(9), time(12)]]}}},
            "2026-06-03 is given twice, as 'x' and as 'exam'",
        ),
        ({**SEOUL, "lunch": True}, "unknown field `lunch`"),
    ],
)
def test_a_calendar_that_contradicts_itself_is_refused(values: dict[str, Any], said: str) -> None:
    assert said in refusal(**values)


def test_a_reason_cannot_mean_both_no_trading_and_other_hours() -> None:
    exam = {"days": [date(2026, 11, 19)], "hours": [[time(10), time(16, 30)]]}
    said = refusal(**SEOUL, closed={"exam": [DAY]}, special={"exam": exam})
    assert "'exam' cannot be a reason both for no trading and for other hours" in said


def test_a_second_name_has_the_terms_of_the_first() -> None:
    first = msgspec.convert(HANOI, CalendarTerms)
    calendars = {"VN_HSX": first, "VN_HNX": CalendarTerms(same_as="VN_HSX")}
    assert terms_of("VN_HNX", calendars) is first


@pytest.mark.parametrize(("other", "said"), [("VN", "'VN' is no calendar"), ("XX", "'XX' is a second name itself")])
def test_a_second_name_that_leads_nowhere_is_refused(other: str, said: str) -> None:
    calendars = {"XX": CalendarTerms(same_as=other), "YY": CalendarTerms(same_as="XX")}
    with pytest.raises(BadInput, match=said):
        terms_of("XX" if other == "VN" else "YY", calendars)


def test_terms_survive_the_way_to_bytes_and_back() -> None:
    terms = msgspec.convert({**HANOI, "closed": {"tet": [date(2026, 2, 17)]}}, CalendarTerms)
    assert msgspec.json.decode(msgspec.json.encode(terms), type=CalendarTerms) == terms
