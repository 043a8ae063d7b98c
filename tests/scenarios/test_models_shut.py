"""A model that is left alone for long: a person hears of it once, sees it in the status, and lets it be asked again."""

from pathlib import Path

import httpx2

from core.facts.people import OperatorCommanded
from core.facts.risk import RiskAlert
from runtime.bootstrap import House
from runtime.operator import ask
from tests.desks import FILLED, RISE, Act, tape
from tests.scenarios.test_models import Served

AGAIN = """
    14:10:00  IBM  184.60 184.62
    14:11:00  IBM  185.30 185.32
    14:40:00  IBM  185.30 185.32
    14:41:00  IBM  186.10 186.12
"""


def test_it_is_told_once_shown_in_the_status_and_asked_again_after_a_reset(tmp_path: Path) -> None:
    told: list[dict[str, object]] = []
    asked: list[str] = []

    def refusing(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.host)
        return httpx2.Response(401, json={"error": {"message": "no", "code": "invalid_api_key"}})

    async def reset(house: House) -> None:
        told.extend([await ask(house.folder.socket, name) for name in ("status", "reset-models", "status")])

    play = Served(tmp_path, behind=httpx2.MockTransport(refusing)).play
    story = play(tape(RISE, FILLED, AGAIN), acts=[Act("14:30:00", reset)])
    assert story.outcomes == ["abstained"] * 3
    alerts = story.all(RiskAlert)
    assert [alert.code for alert in alerts] == ["MODEL_SHUT"] * 4
    assert all("aegis-agents desk reset-models" in alert.done for alert in alerts)
    assert sorted(asked) == ["api.deepseek.com"] * 2 + ["generativelanguage.googleapis.com"] * 2
    before, answer, after = told
    assert set(before["models_not_asked"]) == {"deepseek deepseek_flash", "google gemini_flash"}  # type: ignore[call-overload]
    assert answer == {"result": "asked again from now on: deepseek deepseek_flash, google gemini_flash"}
    assert after["models_not_asked"] == {}
    assert [command.command for command in story.all(OperatorCommanded)] == ["reset-models"]
