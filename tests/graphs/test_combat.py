"""The combat graph takes stages of one's own, in the place of those it has."""

import pytest

from core.errors import BadInput
from graphs.combat import ASKING, STAGES, combat
from graphs.drawing import mermaid
from graphs.nodes.verify import verify


def test_a_stage_of_ones_own_changes_no_path() -> None:
    assert mermaid(combat(verify=verify)) == mermaid(combat())
    assert set(STAGES) == set(combat().get_graph().nodes) - {"__start__", "__end__"}


@pytest.mark.parametrize("name", ["verfy", *sorted(STAGES.keys() - ASKING)])
def test_what_counts_rules_and_sends_cannot_be_replaced(name: str) -> None:
    with pytest.raises(
        BadInput, match=f"{name!r} is no stage that can be replaced; those are analyze, command, verify"
    ):
        combat(**{name: verify})
