"""An example of a test that plays recorded calls: marked `vcr`, its SDK untouched, the network off.

`pytest tests/tools/llm/test_cassette_recording.py --record-mode=rewrite` records it anew.
"""

import httpx2
import pytest

from tests.tools.llm.cassette_vendors import ASK, SAID, reply

pytestmark = [
    pytest.mark.vcr,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::SyntaxWarning"),
]


@pytest.mark.parametrize("vendor", ASK)
async def test_an_sdk_hears_what_was_recorded(vendor: str, record_mode: str) -> None:
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return reply(request)

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as client:
        assert await ASK[vendor](client) == SAID
    assert len(asked) == (0 if record_mode == "none" else 1)
