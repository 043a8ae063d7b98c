"""An excerpt of a real demonstration: the first veto, the first denial, and the first trade that was stopped out."""

from docs.tables.markdown import fence

COMMAND = "$ make demo"
ELLIPSIS = "…"
_TIME = len("10-04 13:20Z  ")
SUMMARY_LINES = 2


def demo(lines: list[str]) -> str:
    """The excerpt of everything a demonstration said, with the beginning of its summary."""
    denied, stopped = _first(lines, "DENIED"), _first(lines, "STOP-OUT")
    share, flat = lines[stopped].split()[3], _first(lines, "FLAT", stopped)
    trade = [line for line in lines[_decision(lines, share, stopped) : flat + 1] if share in line]
    refused = [lines[_decision(lines, lines[denied].split()[5].rstrip(":"), denied)], lines[denied]]
    opening = [lines[_first(lines, "DESK")], lines[_first(lines, "DAY")], lines[_first(lines, "VETO")]]
    summary = lines[lines.index("") + 1 :][:SUMMARY_LINES]
    told = [COMMAND, *opening, ELLIPSIS, *refused, ELLIPSIS, *trade, ELLIPSIS, "", *summary]
    return fence("console", "\n".join(told))


def _first(lines: list[str], word: str, after: int = 0) -> int:
    return next(index for index in range(after, len(lines)) if lines[index][_TIME:].startswith(word))


def _decision(lines: list[str], share: str, before: int) -> int:
    return next(index for index in range(before, -1, -1) if lines[index][_TIME:].startswith(f"DECISION {share} "))
