import json
from pathlib import Path

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools.llm.cassette_vendors import MADE, Provider
from tools.llm.cassettes.exchange import Asked
from tools.llm.cassettes.scrub import scrubbed
from tools.llm.cassettes.transport import transport

PLANTED = {
    "authorization": "Bearer sk-ant-api03-AAAA1111bbbb2222",
    "x-api-key": "plain-words-as-a-key",
    "x-goog-api-key": "AIzaSyA0123456789abcdefghijklmnopqrstuv",
    "cookie": "session=cookie-of-the-request; theme=dark",
    "openai-organization": "acme-trading",
    "openai-project": "proj_Zz0123456789abcdef",
    "user-agent": "AsyncOpenAI/Python 3.52.0",
    "x-stainless-os": "stainless-os-name",
    "x-goog-api-client": "gl-python/3.11.7",
    "x-forwarded-for": "203.0.113.77",
}
ANSWERED = {
    "set-cookie": "__cf_bm=cookie-of-the-answer; Path=/; HttpOnly",
    "openai-organization": "acme-holdings",
    "anthropic-organization-id": "0f0f0f0f-organisation",
    "x-request-id": "req_kept",
    "cf-ray": "9a8b7c6d5e-ICN",
    "server": "edge-17",
    "date": "Fri, 20 Nov 2026 15:00:00 GMT",
}
SECRETS = (
    "sk-ant-api03-AAAA1111bbbb2222", "plain-words-as-a-key", "AIzaSyA0123456789abcdefghijklmnopqrstuv",
    "cookie-of-the-request", "acme-trading", "proj_Zz0123456789abcdef", "AsyncOpenAI", "stainless-os-name", "gl-python",
    "203.0.113.77", "cookie-of-the-answer", "acme-holdings", "0f0f0f0f-organisation", "9a8b7c6d5e", "edge-17",
    "15:00:00 GMT", "key-in-the-query", "token-in-the-query", "user-of-the-url", "password-of-the-url", "4711",
    "my-cloud-project", "DU1234567", "Ada Lovelace", "ada@example.com", "sk-proj-abc123***********wxyz",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0", "MIIEvQIBADANBg", "AKIAIOSFODNN7EXAMPLE",
    "gsk_0123456789abcdefXYZ", "xoxb-12345-67890-abcdef", "ghp_0123456789abcdefghijABCDEF",
    "org-Aa0123456789bcdefghijklm", "user-id-of-the-desk",
    "b3BhcXVlOnRva2Vu",
)  # fmt: skip
EVERYTHING = (
    "key sk-proj-abc123***********wxyz, gsk_0123456789abcdefXYZ, AKIAIOSFODNN7EXAMPLE, xoxb-12345-67890-abcdef and "
    "ghp_0123456789abcdefghijABCDEF of org-Aa0123456789bcdefghijklm, as Bearer plain-words-as-a-key, "
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl, cookie-of-the-request, acme-trading, "
    "key-in-the-query, password-of-the-url, acme-holdings, Basic b3BhcXVlOnRva2Vu; account DU1234567 of Ada Lovelace\n"
    "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----\n"
)
FIELDS = {
    "user": "user-id-of-the-desk",
    "metadata": {"user_id": "user-id-of-the-desk", "accountId": 4711, "email": "ada@example.com"},
    "arguments": json.dumps({"account_id": 'Ada "Lovelace', "organization": "acme-holdings"}),
}
URL = (
    "https://user-of-the-url:password-of-the-url@api.example.com:4711/v1/projects/my-cloud-project/models/m:ask"
    "?alt=sse&key=key-in-the-query&access_token=token-in-the-query"
)


async def test_no_secret_of_any_kind_and_from_any_place_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    said = {"error": {"message": EVERYTHING, **FIELDS}}
    provider = Provider(lambda _: httpx2.Response(401, json=said, headers=ANSWERED))
    recording = transport(path, "rewrite", provider, MADE, secrets=("DU1234567", "Ada Lovelace"))
    async with httpx2.AsyncClient(transport=recording) as client:
        await client.post(URL, json={"prompt": EVERYTHING, **FIELDS}, headers=PLANTED)
        await client.post(URL, content=EVERYTHING.encode() + b"\xff", headers=PLANTED)
        await client.post(
            URL,
            content=json.dumps(said),
            headers={**PLANTED, "content-type": "text/plain; key=ghp_0123456789abcdefghijABCDEF"},
        )
    written = path.read_text()
    assert [secret for secret in SECRETS if secret in written] == []
    assert "req_kept" in written
    assert written.count("uri: https://api.example.com/v1/projects/REDACTED/models/m:ask?alt=sse\n") == 3


async def test_a_call_that_carried_secrets_is_found_again_by_another_that_carries_others(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    async with httpx2.AsyncClient(transport=transport(path, "rewrite", Provider(), MADE)) as client:
        await client.post(URL, json={"model": "m", **FIELDS}, headers=PLANTED)
    async with httpx2.AsyncClient(transport=transport(path)) as client:
        other = URL.replace("my-cloud-project", "another").replace("key-in-the-query", "another")
        answered = await client.post(other, json={"model": "m", **FIELDS, "user": "somebody else"})
    assert answered.json()["model"] == "m"


def test_json_stays_json() -> None:
    body = json.dumps({**FIELDS, "text": EVERYTHING}).encode()
    clean = json.loads(scrubbed(Asked("POST", URL, tuple(PLANTED.items()), body)).body)
    assert clean["metadata"] == {"user_id": "REDACTED", "accountId": "REDACTED", "email": "REDACTED"}
    assert json.loads(clean["arguments"]) == {"account_id": "REDACTED", "organization": "REDACTED"}


@pytest.mark.parametrize(
    "text",
    [
        '{"role":"user","content":"risk-adjusted-returns, task-driven; the user asked org-wide"}',
        '{"user": {"name": "kept, it is no text"}, "accounting": "standards"}',
        "sk-learn and the sk-8 road; Basic facts, bearer bonds",
        '<briefing>{\\"symbol\\":\\"IBM\\",\\"account\\":null}</briefing>',
        "signature: EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pkiMOYds",
    ],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    asked = Asked("POST", "https://api.example.com/v1", (("authorization", "Bearer test"),), text.encode())
    assert scrubbed(asked).body == text.encode()


@given(st.binary(max_size=60))
def test_bytes_without_a_secret_are_left_alone_and_scrubbing_twice_changes_nothing(body: bytes) -> None:
    asked = Asked("POST", "https://api.example.com/v1", (), body)
    once = scrubbed(asked)
    assert scrubbed(once) == once
    assert once.body == body
