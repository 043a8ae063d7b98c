"""What real providers answered is read to the right Completion, or sorted to the right fault."""

import os
import re
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx2
import pytest

from core.ports.model import ChatRequest, Completion
from tests.contracts.wire_oracle import Recording, chosen, failed, folder, said
from tools.clock import SystemClock
from tools.llm.endpoints import Endpoint, ModelTerms, Wire
from tools.llm.faults import Unavailable, Unusable
from tools.llm.opening import open_model
from tools.llm.wires import openai_responses
from tools.llm.wires.answers import Answer
from tools.llm.wires.frames import Frames, events
from tools.llm.wires.openai_compatible import OpenAICompatible
from tools.llm.wires.served import ServedModel

REQUEST = ChatRequest(role="analyst", prompt="analyst 1", system="s", user="u", schema={"type": "object"})
CHOSEN = chosen()
STREAMS = [recording for recording in CHOSEN if recording.body.lstrip().startswith(("data:", "event:", ": "))]
SORTS: dict[tuple[int | None, str | None], str] = {
    (400, "invalid_request_error"): "degrade",
    (400, "tool_use_failed"): "degrade",
    (400, "unsupported_value"): "halt",
    (400, "model_not_found"): "halt",
    (401, "authentication_error"): "halt",
    (401, "invalid_api_key"): "halt",
    (404, "model_not_found"): "halt",
    (429, None): "retry",
}
"""What a person who has read the recorded errors wants to happen."""

PARTS = re.compile(r':\s*("(?:[^"\\]|\\.)*"|-?[0-9.]+|true|false|null|[\[{](?=[\]}]))')
ODD = (
    "null",
    "[]",
    "{}",
    '"\\ud800"',
    "7",
    "-1",
    "1e999",
    "NaN",
    '[{"text": null}]',
    '{"type": 7}',
    '"' + "x" * 5000 + '"',
    "",
)


class Responses(OpenAICompatible):
    """The seats are asked in the chat format; a reply of the other one is read by its own reader."""

    def read(self, body: bytes) -> Answer:
        return openai_responses.read(body)

    def read_stream(self, events: list[bytes]) -> Answer:
        return openai_responses.read_stream(events)


class Outcome(NamedTuple):
    completion: Completion | None
    sort: str | None = None
    told: tuple[int | None, str | None] = (None, None)


async def replayed(recording: Recording, body: bytes | None = None) -> Outcome:
    def answer(_: httpx2.Request) -> httpx2.Response:
        headers = {name: value for name, value in recording.headers.items() if name != "transfer-encoding"}
        return httpx2.Response(
            recording.status, headers=headers, content=recording.body.encode() if body is None else body
        )

    wires: dict[str | None, Wire] = {"anthropic": "anthropic", "gemini": "gemini"}
    endpoint = Endpoint(wires.get(recording.kind, "openai"), f"https://{urlsplit(recording.url).hostname}")
    terms = ModelTerms(provider="recorded", model="asked")
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as client:
        model = open_model("seat", terms, endpoint, None, client, SystemClock())
        if recording.kind == "responses":
            model = ServedModel("seat", terms, endpoint, Responses(terms, endpoint, "key", client), SystemClock())
        try:
            return Outcome(await model.complete(REQUEST, streamed="event-stream" in str(recording.headers)))
        except Unavailable as fault:
            return Outcome(None, "retry", (fault.trace.status, fault.trace.code))
        except Unusable as fault:
            return Outcome(None, "halt" if fault.lasting else "degrade", (fault.trace.status, fault.trace.code))


async def misread(recording: Recording) -> str | None:
    """What was read otherwise than the oracle reads it."""
    outcome = await replayed(recording)
    if failed(recording):
        return None if outcome.sort and SORTS.get(outcome.told) == outcome.sort else f"{recording.name}: {outcome}"
    if outcome.completion is None:
        return f"{recording.name}: {outcome}"
    read, wanted = outcome.completion, said(recording)
    usage = (read.usage.input, read.usage.output) if read.usage else (None, None)
    calls: list[tuple[str, Any]] = [(call.name, call.arguments) for call in read.tool_calls]
    found = (read.text, calls, read.finish, read.model, usage)
    return None if found == tuple(wanted) else f"{recording.name}: {found} is not {tuple(wanted)}"


@pytest.mark.parametrize("recording", CHOSEN, ids=lambda recording: recording.name)
async def test_a_recording_is_read_as_it_was_meant(recording: Recording) -> None:
    assert await misread(recording) is None


async def test_the_chosen_recordings_hold_every_format_end_and_kind_of_error() -> None:
    outcomes = [await replayed(recording) for recording in CHOSEN]
    kinds = {(recording.kind, recording in STREAMS) for recording in CHOSEN}
    assert len(kinds) == 8
    ends = {outcome.completion.finish for outcome in outcomes if outcome.completion}
    assert ends == {"stop", "tools", "length", "content_filter"}
    assert {outcome.told for outcome in outcomes if outcome.sort} == set(SORTS)


@pytest.mark.parametrize("recording", STREAMS, ids=lambda recording: recording.name)
async def test_a_stream_that_breaks_off_is_never_taken_for_another_answer(recording: Recording) -> None:
    body, whole = recording.body.encode(), (await replayed(recording)).completion
    for cut in range(1, 6):
        outcome = await replayed(recording, body[: len(body) * cut // 6])
        assert outcome.sort == "retry" or (outcome.sort and whole is None) or _told(outcome.completion) == _told(whole)


@pytest.mark.parametrize("recording", CHOSEN[::3], ids=lambda recording: recording.name)
async def test_a_reply_with_one_part_exchanged_is_read_or_refused_and_nothing_else(recording: Recording) -> None:
    found = list(PARTS.finditer(recording.body))
    for turn, part in enumerate(found[:: max(1, len(found) // 12)]):
        odd = ODD[turn % len(ODD)]
        body = recording.body[: part.start(1)] + odd + recording.body[part.end(1) :]
        outcome = await replayed(recording, body.encode())
        assert (outcome.completion is None) == (outcome.sort is not None)


@pytest.mark.parametrize("recording", STREAMS[::6], ids=lambda recording: recording.name)
def test_a_stream_means_the_same_wherever_its_pieces_are_cut(recording: Recording) -> None:
    body = recording.body.encode()
    for size in (1, 7, 1000):
        frames = Frames()
        pieces = [event for start in range(0, len(body), size) for event in frames.feed(body[start : start + size])]
        assert [*pieces, *frames.end()] == events(body)


@pytest.mark.skipif("AEGIS_WIRE" not in os.environ, reason="AEGIS_WIRE names no folder of recordings")
async def test_every_recording_of_a_folder_is_read_as_it_was_meant() -> None:
    recordings = list(folder(Path(os.environ["AEGIS_WIRE"])))
    scope = [recording for recording in recordings if recording.kind]
    found = [await misread(recording) for recording in scope]
    outcomes = [await replayed(recording) for recording in scope]
    counts = Counter(outcome.sort or "completion" for outcome in outcomes)
    print(f"{len(recordings)} pairs, {len(scope)} in scope: {dict(counts)}, misread {sum(map(bool, found))}")
    assert [each for each in found if each] == []
    assert scope


def _told(completion: Completion | None) -> Any:
    return completion and (completion.text, completion.tool_calls, completion.finish)
