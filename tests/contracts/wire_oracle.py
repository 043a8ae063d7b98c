"""What a recording says, read a second time in the plainest way; nothing here is shared with the adapters."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

CHOSEN = Path(__file__).parents[1] / "data" / "wire" / "recordings.json.gz"


class Recording(NamedTuple):
    name: str
    url: str
    status: int
    headers: dict[str, str]
    body: str

    @property
    def kind(self) -> str | None:
        """By address, never by folder; None for what is no chat."""
        path = urlsplit(self.url).path
        return (
            next((kind for pattern, kind in KINDS.items() if re.search(pattern, path)), None) if self._chats else None
        )

    @property
    def _chats(self) -> bool:
        return not (urlsplit(self.url).hostname or "").endswith("cohere.com")


KINDS = {
    r"/chat/completions$": "chat",
    r"/v1/messages$": "anthropic",
    r":(g|streamG)enerateContent$": "gemini",
    r"/responses$": "responses",
}


class Said(NamedTuple):
    """What an answer must be read as."""

    text: str
    calls: list[tuple[str, Any]]
    finish: str
    model: str
    tokens: tuple[int | None, int | None]


def chosen() -> list[Recording]:
    """The excerpts that lie in the repository."""
    rows = json.loads(gzip.decompress(CHOSEN.read_bytes()))
    return [Recording(f"{r['file']}#{r['pair']}", r["url"], r["status"], r["headers"], r["body"]) for r in rows]


def folder(path: Path) -> Iterator[Recording]:
    """Every pair of every recording of a folder of normalised cassettes."""
    for file in sorted(path.glob("*/*.json")):
        for pair, each in enumerate(json.loads(file.read_text())["interactions"]):
            told = each["response"]
            body = told["text"] if "text" in told else json.dumps(told["json"], ensure_ascii=False)
            url = each["request"]["url"].partition("?")[0]
            yield Recording(f"{file.parent.name}/{file.name}#{pair}", url, told["status"], told["headers"] or {}, body)


def failed(recording: Recording) -> bool:
    """Whether the recording holds an error, by its status or inside its stream."""
    return recording.status != 200 or any("error" in told and told["error"] for told in _told(recording.body))


def said(recording: Recording) -> Said:
    """The answer of a recording that holds one."""
    reads = {"chat": _chat, "responses": _responses, "anthropic": _anthropic, "gemini": _gemini}
    return reads[recording.kind or ""](_told(recording.body))


def _told(body: str) -> list[Any]:
    if re.match(r"\s*[{\[]", body):
        whole = json.loads(body)
        return whole if isinstance(whole, list) else [whole]
    lines = [line[5:].strip() for line in body.replace("\r\n", "\n").split("\n") if line.startswith("data:")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def _chat(told: list[Any]) -> Said:
    firsts = [choice for each in told for choice in each["choices"] if choice.get("index", 0) == 0]
    parts = [choice.get("message") or choice.get("delta") for choice in firsts]
    pieces = [part.get("content") or "" for part in parts]
    text = "".join(
        piece if isinstance(piece, str) else "".join(each["text"] for each in piece if each["type"] == "text")
        for piece in pieces
    )
    calls: dict[Any, list[str]] = {}
    for part in parts:
        for place, call in enumerate(part.get("tool_calls") or []):
            made = calls.setdefault(call.get("index", place), ["", ""])
            made[0] += call["function"].get("name") or ""
            made[1] += call["function"].get("arguments") or ""
    read = [(name, json.loads(given or "{}")) for name, given in calls.values()]
    ends = [choice["finish_reason"] for choice in firsts if choice.get("finish_reason")]
    usage = next((each["usage"] for each in reversed(told) if each.get("usage")), {})
    tokens = usage.get("prompt_tokens"), usage.get("completion_tokens")
    finish = "tools" if read else {"tool_calls": "tools"}.get(ends[-1], ends[-1])
    return Said(text, read, finish, told[-1]["model"], tokens)


def _responses(told: list[Any]) -> Said:
    reply = told[-1].get("response") or told[-1]
    messages = [item for item in reply["output"] if item["type"] == "message"]
    text = "".join(part["text"] for item in messages for part in item["content"] if part["type"] == "output_text")
    items = [item for item in reply["output"] if item["type"] == "function_call"]
    calls = [(item["name"], json.loads(item["arguments"] or "{}")) for item in items]
    finish = "tools" if calls else {"completed": "stop", "incomplete": "length"}[reply["status"]]
    usage = reply.get("usage") or {}
    return Said(text, calls, finish, reply["model"], (usage.get("input_tokens"), usage.get("output_tokens")))


def _anthropic(told: list[Any]) -> Said:
    if told[0]["type"] == "message":
        message, usage = told[0], told[0]["usage"]
        text = "".join(block["text"] for block in message["content"] if block["type"] == "text")
        calls = [(block["name"], block["input"]) for block in message["content"] if block["type"] == "tool_use"]
        reason = message["stop_reason"]
    else:
        message = told[0]["message"]
        deltas = [each for each in told if each["type"] == "content_block_delta"]
        text = "".join(each["delta"].get("text", "") for each in deltas)
        begun = {each["index"]: each["content_block"] for each in told if each["type"] == "content_block_start"}
        given = {place: "" for place, block in begun.items() if block["type"] == "tool_use"}
        for each in deltas:
            if each["index"] in given:
                given[each["index"]] += each["delta"].get("partial_json", "")
        calls = [(begun[place]["name"], json.loads(text_of or "{}")) for place, text_of in given.items()]
        last = next(each for each in reversed(told) if each["type"] == "message_delta")
        reason, usage = last["delta"]["stop_reason"], {**message["usage"], **last["usage"]}
    inputs = [usage.get(name) for name in ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")]
    finish = {"end_turn": "stop", "stop_sequence": "stop", "max_tokens": "length", "tool_use": "tools"}[reason]
    tokens = sum(each for each in inputs if each), usage["output_tokens"]
    return Said(text, calls, finish, message["model"], tokens)


def _gemini(told: list[Any]) -> Said:
    firsts = [each["candidates"][0] for each in told if each.get("candidates")]
    parts = [part for first in firsts for part in first.get("content", {}).get("parts", [])]
    text = "".join(part.get("text", "") for part in parts if not part.get("thought"))
    calls = [
        (part["functionCall"]["name"], part["functionCall"].get("args", {})) for part in parts if "functionCall" in part
    ]
    ends = [first["finishReason"] for first in firsts if "finishReason" in first]
    finish = (
        {"STOP": "stop", "MAX_TOKENS": "length", "SAFETY": "content_filter"}[ends[-1]] if ends else "content_filter"
    )
    usage = [each["usageMetadata"] for each in told if "usageMetadata" in each][-1]
    inputs = [usage.get(name) for name in ("promptTokenCount", "toolUsePromptTokenCount")]
    outputs = [usage.get(name) for name in ("candidatesTokenCount", "thoughtsTokenCount")]
    tokens = (_sum(inputs), _sum(outputs))
    return Said(text, calls, "tools" if calls else finish, told[-1]["modelVersion"], tokens)


def _sum(counts: list[int | None]) -> int | None:
    said = [each for each in counts if each is not None]
    return sum(said) if said else None
