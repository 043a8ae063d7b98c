import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import httpx2
import pytest
import vcr
import yaml
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from tests.session.recorded import pytest_recording_configure, terms
from tools.llm.cassettes import file as cassette_file
from tools.llm.cassettes.exchange import Answer, Asked, Interaction, canonical
from tools.llm.cassettes.file import Label, parsed, read, write, written
from tools.llm.cassettes.transport import transport

MADE = Label("simulator", "fixed answers", "2026-11-20T15:00:00Z")
PROMPT = '{"model":"m","messages":[{"content":"한국어와 日本語\\nIBM?"}]}'.encode()
STREAM = b'data: {"delta": "a"}\n\ndata: {"delta": "b"}\n\n'
MATCH = ("method", "scheme", "host", "path", "query", "body")


def call(body: bytes = PROMPT, said: bytes = b'{"said":"hold"}') -> Interaction:
    headers = (("content-type", "application/json"),)
    return Interaction(Asked("POST", "https://api.example.com/v1", headers, body), Answer(200, "OK", headers, said))


def rewritten(said: bytes) -> bytes:
    text = written({"version": 1, "interactions": [cassette_file._plain(call(said=said))]})
    held = parsed(text)["interactions"][0]["response"]["body"]["string"]
    assert yaml.load(text, Loader=yaml.SafeLoader) == parsed(text)
    return held.encode() if isinstance(held, str) else held


EDGES = "\n\r\t\0\x85\u2028\u2029\ufeff\x7f\xa0 #:-'\"\\|>{}[],&*!%@`~한語😀\U0010ffff"


@given(st.lists(st.sampled_from(EDGES) | st.characters(codec="utf-8"), max_size=12).map("".join))
def test_any_text_comes_back_byte_for_byte(said: str) -> None:
    assert rewritten(said.encode()) == said.encode()


@given(st.binary(max_size=40))
def test_any_bytes_come_back_byte_for_byte(said: bytes) -> None:
    assert rewritten(said) == said


@pytest.mark.parametrize(
    "said", ["null", "1", "2026-11-20", "yes", "~", "", "0x1f", "1:30", "=", "<<", "!!python/none"]
)
def test_text_that_looks_like_another_type_stays_text(said: str) -> None:
    assert rewritten(said.encode()) == said.encode()


@pytest.mark.parametrize("name", ["a.yaml", "a.yaml.gz"])
def test_a_file_gives_back_what_was_written_and_the_same_bytes_each_time(name: str, tmp_path: Path) -> None:
    calls = [call(), call(said=STREAM), call(body=b"\xff", said=b"\xfe"), call(body=b"")]
    write(tmp_path / name, MADE, calls)
    write(tmp_path / f"again-{name}", MADE, calls)
    label, held = read(tmp_path / name)
    assert label == MADE
    assert [each.answer for each in held] == [each.answer for each in calls]
    assert [canonical(each.asked.body) for each in held] == [canonical(each.asked.body) for each in calls]
    assert (tmp_path / name).read_bytes() == (tmp_path / f"again-{name}").read_bytes()


def test_a_person_can_read_prompts_and_streams(tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", MADE, [call(said=STREAM)])
    text = (tmp_path / "a.yaml").read_text()
    assert text.startswith("# Calls to models")
    assert "  origin: simulator\n" in text
    assert '            "content": "한국어와 日本語\\nIBM?"\n' in text
    assert '        data: {"delta": "a"}\n\n        data: {"delta": "b"}\n' in text


@pytest.mark.parametrize("loader", [yaml.SafeLoader, yaml.CSafeLoader])
def test_either_reader_of_yaml_reads_it(loader: type[yaml.SafeLoader], tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", MADE, [call(said=STREAM)])
    held = yaml.load((tmp_path / "a.yaml").read_text(), Loader=loader)
    assert held["interactions"][0]["response"]["body"]["string"] == STREAM.decode()


def test_vcrpy_plays_what_we_wrote(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    write(path, MADE, [call(said=STREAM), call(said=b"second")])
    with vcr.use_cassette(str(path), record_mode="none", match_on=MATCH) as cassette, httpx2.Client() as client:
        heard = [client.post("https://api.example.com/v1", json=json.loads(PROMPT)).content for _ in range(2)]
        assert heard == [STREAM, b"second"]
        assert cassette.all_played


def test_vcrpy_plays_our_file_through_another_library(tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", MADE, [call(said=STREAM)])
    asking = Request("https://api.example.com/v1", PROMPT, {"Content-Type": "application/json"}, method="POST")
    with vcr.use_cassette(str(tmp_path / "a.yaml"), record_mode="none", match_on=MATCH), urlopen(asking) as answered:
        assert answered.read() == STREAM


def vcrpys_answers() -> Iterator[httpx2.Response]:
    yield httpx2.Response(200, text=STREAM.decode())
    yield httpx2.Response(429, content=b"\xff\x00", headers={"retry-after": "3"})
    yield httpx2.Response(200, content=gzip.compress("日本語".encode()), headers={"content-encoding": "gzip"})


async def test_we_play_what_vcrpy_wrote(tmp_path: Path) -> None:
    path = tmp_path / "vcrpys.yaml"
    answers = vcrpys_answers()
    url = "https://api.example.com:8443/v1?key=abc&alt=sse"
    with vcr.use_cassette(str(path)):
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(lambda _: next(answers))) as client:
            first = [await client.post(url, json={"turn": turn}) for turn in range(3)]
    playing = transport(path)
    async with httpx2.AsyncClient(transport=playing) as client:
        again = [await client.post(url, json={"turn": turn}) for turn in range(3)]
    assert [each.content for each in again] == [each.content for each in first]
    assert [each.status_code for each in again] == [200, 429, 200]
    assert again[1].headers["retry-after"] == "3"
    assert playing.cassette is not None
    assert playing.cassette.origin is None


def test_what_vcrpy_records_for_our_tests_is_scrubbed_sorted_and_readable(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    packed = gzip.compress('{"said": "見送る", "key": "sk-abc123****wxyz"}'.encode())
    sent = {"content-encoding": "gzip", "set-cookie": "a=b", "x-request-id": "req_1"}
    recorder = vcr.VCR(**terms())
    pytest_recording_configure(None, recorder)
    answering = httpx2.MockTransport(lambda _: httpx2.Response(200, content=packed, headers=sent))
    with recorder.use_cassette(str(path)), httpx2.Client(transport=answering) as client:
        for turn in ("b", "a"):
            client.post(
                "http://127.0.0.1:4711/v1?key=abc", json={"turn": turn}, headers={"authorization": "Bearer sk-1"}
            )
    label, calls = read(path)
    assert label.origin == "simulator"
    assert [call.asked.body for call in calls] == [b'{\n  "turn": "a"\n}', b'{\n  "turn": "b"\n}']
    assert {call.asked.uri for call in calls} == {"http://127.0.0.1/v1"}
    assert {call.answer.headers for call in calls} == {(("x-request-id", "req_1"),)}
    assert '\'{"said": "見送る", "key": "REDACTED"}\'' in path.read_text()
    assert "Bearer" not in path.read_text()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "got `null`"),
        ("[]", "got `array`"),
        ("version: 2\ninteractions: []\n", r"Invalid enum value 2 - at `\$.version`"),
        ("version: 1\n", "missing required field `interactions`"),
        ("version: 1\ninteractions: [{request: {method: GET}, response: {}}]\n", "missing required field"),
        ("version: 1\nmade: {origin: dream}\ninteractions: []\n", r"'dream' - at `\$.made.origin`"),
        ("version: 1\ninteractions: !!python/object/apply:os.getcwd []\n", "could not determine a constructor"),
        ("version: 1\ninteractions: [\n", "expected (?:the )?node content"),
        (
            "version: 1\ninteractions: [{request: {method: GET, uri: a, body: 1}, response: {status: {code: 1}}}]\n",
            "a body must be text or bytes, found int",
        ),
    ],
)
def test_a_file_that_is_none_is_named_with_the_reason(text: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(BadInput, match=rf"a\.yaml: cannot be read as a cassette: (.|\n)*{reason}"):
        read(tmp_path / "a.yaml")


def test_a_file_that_is_not_there_or_no_gzip_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"a\.yaml: there is no such cassette; `make record` makes it"):
        read(tmp_path / "a.yaml")
    for content in (b"version: 1", gzip.compress(b"version: 1")[:-9], gzip.compress(b"\xff")):
        (tmp_path / "a.yaml.gz").write_bytes(content)
        with pytest.raises(BadInput, match=r"a\.yaml\.gz: cannot be read as a cassette"):
            read(tmp_path / "a.yaml.gz")
