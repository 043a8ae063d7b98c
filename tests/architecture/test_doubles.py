"""A port has a real fake and a rule is a pure function, so tests hardly ever need a mock."""

import re
from collections.abc import Iterable

from tests.architecture.house import Module, modules, plant

PER_THOUSAND_LINES = 5.0
MENTION = re.compile(r"mock", re.IGNORECASE)


def mentions_per_thousand_lines(written: Iterable[Module]) -> float:
    texts = [module.text for module in written]
    lines = sum(len(text.splitlines()) for text in texts)
    return 1_000 * sum(len(MENTION.findall(text)) for text in texts) / max(lines, 1)


def test_tests_hardly_mention_doubles_without_behaviour() -> None:
    own_text = __file__.rpartition("/")[2]
    others = [module for module in modules("tests") if not module.path.endswith(own_text)]
    assert mentions_per_thousand_lines(others) < PER_THOUSAND_LINES


def test_planted_doubles_are_seen() -> None:
    planted = plant("tests/core/test_gate.py", "broker = MagicMock()\n" + "x = 1\n" * 99)
    assert mentions_per_thousand_lines([planted]) == 10.0
