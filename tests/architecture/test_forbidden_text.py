"""No tracked file carries the machine it was written on: absolute paths, package registries, tools of the workplace.

The patterns are written so that they do not match themselves.
"""

import re

import pytest

from tests.architecture.house import ROOT, assert_none, files

FORBIDDEN = {
    "a machine path": re.compile(r"(?<![\w.\-])/(?:r[o]ot|w[o]rk|(?:h[o]me|U[s]ers)/\w+)(?![\w\-])|[A-Z]:\\U[s]ers\\"),
    "a package registry": re.compile(r"\b(?:p[y]pi\.org|p[y]thonhosted\.org|registry\.n[p]mjs|p[r]oxy\.golang)"),
    "a find-links or index line": re.compile(r"^--(?:f[i]nd-links|i[n]dex-url|e[x]tra-index-url)", re.MULTILINE),
    "a tool of the workplace": re.compile(
        r"\bf[a]rm-[a-z]+\b|\bi[s]sues (?:show|list|close)\b|\bf[r]esh-machine\b|\.\./s[h]ared\b|/s[h]ared/[A-Z]+\.md"
    ),
}


def traces(path: str, text: str) -> list[str]:
    return [
        f"{path}:{text.count(chr(10), 0, match.start()) + 1} {kind}: {match.group()}"
        for kind, pattern in FORBIDDEN.items()
        for match in pattern.finditer(text)
    ]


def readable(path: str) -> str:
    content = (ROOT / path).read_bytes()
    return "" if b"\0" in content else content.decode("utf-8", errors="replace")


def test_no_tracked_file_carries_a_trace_of_a_machine() -> None:
    assert_none(trace for path in files() for trace in traces(path, readable(path)))


@pytest.mark.parametrize("path", ["uv.lock", "pylock.toml", ".env"])
def test_files_that_carry_addresses_or_secrets_are_not_tracked(path: str) -> None:
    assert path not in files()


@pytest.mark.parametrize(
    "text",
    [
        "state = '/{}/aegis'".format("root"),
        "cd /{}/main && make".format("work"),
        "see /{}/ada/aegis.toml".format("home"),
        "https://{}.org/simple".format("pypi"),
        "https://files.{}.org/x.whl".format("pythonhosted"),
        "\n--{} wheels".format("find-links"),
        "as ../{}/DESIGN.md says".format("shared"),
        "run {}-status first".format("farm"),
    ],
)
def test_a_planted_trace_is_seen(text: str) -> None:
    assert len(traces("README.md", text)) == 1


@pytest.mark.parametrize("text", ["https://desk.example/work/orders", "./root/leaf", "the workshop/homework", "/roots"])
def test_ordinary_text_passes(text: str) -> None:
    assert traces("README.md", text) == []
