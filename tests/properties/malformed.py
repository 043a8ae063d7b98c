"""Replies no reader may accept, by family: each begins with a good one and breaks it in a way that cannot be good."""

import json
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, NamedTuple, get_args

from core.facts.models import Role
from tests.agents.examples import REPLIES, reply

TEN_MEGABYTES = 10_000_000
ROLES: tuple[Role, ...] = get_args(Role)


class Malformed(NamedTuple):
    """One reply that is none, as it would come over the wire."""

    role: Role
    family: str
    text: str


WRAPPINGS = (
    "{}",
    "```json\n{}\n```",
    "```\n{}\n```",
    "Here is my answer:\n\n{}\n\nI hope this helps.",
    "\ufeff{}",
    "분석 결과는 다음과 같습니다. {} 이상입니다.",
)
PROSE = "Rising – “strong” 強い"
ENUMS = {
    "analyst": ("view", "risk", "data_quality"),
    "verifier": ("ruling",),
    "commander": ("action", "direction"),
}
NUMBERS = {
    "analyst": ("confidence",),
    "verifier": ("confidence", "size_factor"),
    "commander": ("confidence", "horizon_minutes", "fraction", "invalidation"),
}
NO_NUMBERS = (
    "NaN", "-NaN", "nan", "Infinity", "-Infinity", "1e999", "-1e999", "1e-999", "1E+400", "0x1F", "01", "1.", ".5",
    "+1", "10,000", "1_000", "--1", "1e", "1e+", "½", "١٢", "9" * 5000, "0." + "1" * 5000, '"NaN"', '"Infinity"',
    '"1e999"',
    '"10,000"', '"0x1F"', '"½"', '"١٢"', '" "', '""', '"one"', '"1 "', '"--1"', '"' + "9" * 5000 + '"', "true", "false",
    "[1]", '{"value":1}', "undefined", "None", "1/2", "1-1", "-1", "1e30", '"-1"',
)  # fmt: skip
NO_WORDS = (
    "", " ", "APPROVE", "Approve", "approve ", "approved", "approve/veto", "approve, but", "long|short", "buy", "LONG",
    "lоng", "open\u200b", "открыть", "승인", "approve\n", "yes", "ok", "1", "null", "ruling", "hold or open", "*",
)  # fmt: skip
NO_VALUES: tuple[Any, ...] = (
    0,
    1,
    -1,
    1.5,
    True,
    False,
    {},
    {"a": 1},
    [[]],
    [None],
    [{}],
    ["x"],
    "x",
    [1, 2],
    [["long"]],
)
NO_OBJECTS = (
    "", " ", "\n\n", "null", "true", "0", '"approve"', "approve", "[]", "[{}]", "{}", "{", "}", "}{", "[", "{]", "[}",
    "{,}",
    "{:}", "<answer>approve</answer>", "ruling: approve\nsize_factor: 1", "{'ruling': 'approve'}", "{ruling: approve}",
    "I cannot help with that.", "Ich genehmige den Kauf.", "我批准这笔交易", "승인합니다", "approve approve approve",
    "\x00", "\ud800", '{"symbol":"\\ud800"}', '{"\\ud800":1}', "\\u007b", "{" * 150, "[" * 150, '{"a":' * 150,
    "{" * 100_000, "[" * 100_000, "// comment\n{", "/* */ {}", "function_call: approve()", "data: [DONE]", "```",
)  # fmt: skip


def everything() -> Iterator[Malformed]:
    """All of them, the same each time."""
    for role, family in product(ROLES, FAMILIES):
        for text in FAMILIES[family](role):
            yield Malformed(role, family, text)


def _good(role: Role) -> tuple[str, ...]:
    """The same reply in an ordinary and a spacious hand; its words are of several bytes a letter."""
    words: dict[str, Any] = {"reasons": [PROSE]} if role == "verifier" else {"rationale": PROSE}
    spacious = json.dumps({**REPLIES[role], **words}, indent=1, ensure_ascii=False)
    return json.dumps({**REPLIES[role], **words}, ensure_ascii=False), spacious


def _truncated(role: Role) -> Iterator[str]:
    for good, wrapping in product(_good(role), WRAPPINGS):
        whole = wrapping.replace("{}", good).encode()
        for end in range(whole.rindex(b"}") + 1):
            yield whole[:end].decode("utf-8", "replace")


def _beheaded(role: Role) -> Iterator[str]:
    for good in _good(role):
        whole = good.encode()
        for start in range(1, len(whole)):
            yield whole[start:].decode("utf-8", "replace")


def _structure(role: Role) -> Iterator[tuple[str, int]]:
    """Where a good reply has its brackets, quotes, colons and commas."""
    for good in _good(role):
        inside = False
        for place, character in enumerate(good):
            inside ^= character == '"'
            if character == '"' or (not inside and character in "{}[]:,"):
                yield good, place


def _a_sign_lost(role: Role) -> Iterator[str]:
    for (good, place), wrapping in product(_structure(role), WRAPPINGS[:3]):
        yield wrapping.replace("{}", good[:place] + good[place + 1 :])


def _a_sign_too_many(role: Role) -> Iterator[str]:
    for good, place in _structure(role):
        if place < len(good) - 1:
            yield good[:place] + good[place] + good[place:]


def _a_sign_changed(role: Role) -> Iterator[str]:
    for (good, place), sign in product(_structure(role), "';=("):
        yield good[:place] + sign + good[place + 1 :]


def _broken_words(role: Role) -> Iterator[str]:
    for good in _good(role):
        inside = False
        for place, character in enumerate(good):
            inside ^= character == '"'
            if inside:
                yield from (good[: place + 1] + noise + good[place + 1 :] for noise in ("\n", "\x00", "\\x", '"'))


def _numbers(role: Role) -> Iterator[str]:
    fields = [*NUMBERS[role], *(("cited",) if role != "verifier" else ())]
    for field, token, wrapping in product(fields, NO_NUMBERS, WRAPPINGS[:2]):
        value = f'[{{"figure":"reference","value":{token}}}]' if field == "cited" else token
        yield wrapping.replace("{}", _with(role, field, value))


def _duplicate_keys(role: Role) -> Iterator[str]:
    good = reply(role)
    for field, value in product(REPLIES[role], (REPLIES[role], {}, None, "veto", "hold", 0)):
        repeated = json.dumps(value[field] if value is REPLIES[role] else value)
        yield f'{good[:-1]}, "{field}": {repeated}}}'
        yield f'{{"{field}": {repeated}, {good[1:]}'
    if role != "verifier":
        yield _with(role, "cited", '[{"figure":"reference","figure":"last","value":"1"}]')


def _wrong_words(role: Role) -> Iterator[str]:
    for field, word, wrapping in product(ENUMS[role], NO_WORDS, WRAPPINGS[:3]):
        yield wrapping.replace("{}", reply(role, **{field: word}))


def _wrong_values(role: Role) -> Iterator[str]:
    for field, value in product(REPLIES[role], NO_VALUES):
        if not _may_be(role, field, json.dumps(value)):
            yield reply(role, **{field: value})
    yield from (
        reply(role, **{name: "1"}) for name in ("quantity", "account", "tool", "Ruling", "ruling ", "", "__proto__")
    )
    for field in REPLIES[role]:
        yield json.dumps({name: value for name, value in REPLIES[role].items() if name != field})


def _two_objects(role: Role) -> Iterator[str]:
    good = reply(role)
    others = (good, "{}", reply(role, symbol="SPY"), '{"error":"none"}', "{", '{"thought":')
    for other, between in product(others, ("", " ", "\n", ",", "\n\nor\n\n", "\n```\n```json\n", " and then ", "\x1e")):
        yield good + between + other
        yield other + between + good
    yield from (f"[{good}]", f"[{good}, {good}]", f"```json\n[{good}]\n```", json.dumps({"answer": json.loads(good)}))


def _fences(role: Role) -> Iterator[str]:
    good = reply(role)
    for fence, end in product(("```", "```json", "~~~", "<json>", "`", "```\n```json"), range(1, len(good), 7)):
        yield f"{fence}\n{good[:end]}\n{fence}"
        yield f"{fence}\n{good[:end]}\n{fence}\n{good[end:]}\n{fence}"


def _no_object(role: Role) -> Iterator[str]:
    for text, wrapping in product(NO_OBJECTS, WRAPPINGS):
        yield wrapping.replace("{}", text)
    yield json.dumps(reply(role))
    yield json.dumps(json.dumps(reply(role)))


def _ten_megabytes(role: Role) -> Iterator[str]:
    good, long = reply(role), "x" * TEN_MEGABYTES
    yield from (long, f"{good}{' ' * TEN_MEGABYTES}", f"{' ' * TEN_MEGABYTES}{good}", f"{good[:-1]}, {long}")
    yield from (sign * TEN_MEGABYTES for sign in ("{", "[", '"', "\\", "9", "é", "\x00"))
    yield from (reply(role, symbol=long), f'{{"symbol":{"9" * TEN_MEGABYTES}}}', good * (TEN_MEGABYTES // len(good)))
    yield from (
        reply(role, symbol="x" * 190_000),
        reply(role, rationale=["y" * 1000] * 180),
        f'{{"a":[{"0.1," * 45_000}0]}}',
    )


def _may_be(role: Role, field: str, value: str) -> bool:
    free = {
        "rationale": ['"x"'],
        "reasons": ['["x"]'],
        "horizon_minutes": ["1"],
        "invalidation": ["0", "1", "1.5"],
    }
    numbers = ["0", "1"] if field in NUMBERS[role] else []
    return value in free.get(field, numbers)


def _with(role: Role, field: str, token: str) -> str:
    """A good reply in which one field holds these very characters."""
    mark = "\x1f"
    return reply(role, **{field: mark}).replace(json.dumps(mark), token)


FAMILIES: dict[str, Callable[[Role], Iterator[str]]] = {
    "truncated": _truncated,
    "beheaded": _beheaded,
    "a sign lost": _a_sign_lost,
    "a sign too many": _a_sign_too_many,
    "a sign changed": _a_sign_changed,
    "broken words": _broken_words,
    "numbers": _numbers,
    "duplicate keys": _duplicate_keys,
    "wrong words": _wrong_words,
    "wrong values": _wrong_values,
    "two objects": _two_objects,
    "fences": _fences,
    "no object": _no_object,
    "10 MB": _ten_megabytes,
}
