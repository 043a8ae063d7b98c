import json
from pathlib import Path

import pytest

from core.errors import Degraded, Halt, Transient
from tools.llm.cassettes.exchange import Asked
from tools.llm.cassettes.miss import CassetteMiss, behind, unrecorded, used_up

URL = "https://api.example.com/v1/chat"
PATH = Path("desk.yaml")


def asked(text: str, uri: str = URL) -> Asked:
    body = {"model": "m", "messages": [{"role": "system", "content": "You read.\nYou say."}, {"content": text}]}
    return Asked("POST", uri, (), json.dumps(body).encode())


def test_the_nearest_request_is_shown_with_what_differs_and_the_way_out() -> None:
    held = [asked("buy SPY"), asked("sell IBM at 183.05", URL + "/other"), asked("sell IBM at 183.05")]
    miss = unrecorded(PATH, asked("sell IBM at 184"), held)
    assert miss.nearest is held[2]
    assert miss.diff.splitlines()[-4:] == [
        "     {",
        '-      "content": "sell IBM at 183.05"',
        '+      "content": "sell IBM at 184"',
        "     }",
    ]
    assert str(miss).startswith(f"desk.yaml: no answer is recorded for POST {URL}. The nearest of the 3 recorded:\n")
    assert str(miss).endswith("If the change is meant, record it anew: make record")


def test_another_address_is_part_of_the_difference() -> None:
    miss = unrecorded(PATH, asked("a"), [asked("a", URL + "/other")])
    assert f"-POST {URL}/other\n+POST {URL}\n" in miss.diff


def test_a_figure_deep_inside_one_long_line_is_found() -> None:
    figures = {f"figure.{number}": str(number) for number in range(300)}
    first, second = (json.dumps({**figures, "figure.200": value}) for value in ("200", "changed"))
    miss = unrecorded(PATH, asked(f"<briefing>{second}"), [asked(f"<briefing>{first}")])
    assert '+ \\"figure.200\\": \\"changed\\",' in miss.diff
    assert len(miss.diff.splitlines()) < 10


def test_a_request_that_differs_everywhere_is_shown_in_few_lines() -> None:
    other = Asked("POST", URL, (), json.dumps([f"{number} " * 90 for number in range(500)]).encode())
    miss = unrecorded(PATH, asked("a"), [other])
    assert len(miss.diff.splitlines()) == 25
    assert miss.diff.endswith("\n…")


def test_an_empty_cassette_and_one_used_up_say_so() -> None:
    assert str(unrecorded(PATH, asked("a"), [])).endswith("the cassette is empty. To record it: make record")
    assert f"POST {URL} was recorded once and is asked once more" in str(used_up(PATH, asked("a"), 1))
    assert "was recorded 3 times" in str(used_up(PATH, asked("a"), 3))


def test_no_wrapper_that_handles_failures_of_providers_handles_a_miss() -> None:
    assert issubclass(CassetteMiss, Halt)
    assert not issubclass(CassetteMiss, Transient | Degraded)


def test_it_is_found_behind_other_errors_and_only_there() -> None:
    miss = CassetteMiss("not recorded")
    with pytest.raises(ConnectionError) as raised:
        try:
            try:
                raise miss
            except CassetteMiss as found:
                raise OSError("broken") from found
        except OSError:
            raise ConnectionError("no answer") from None
    assert behind(raised.value) is miss
    assert behind(miss) is miss
    assert behind(ConnectionError("truly")) is None
