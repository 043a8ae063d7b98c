"""The graph is drawn as it is compiled. That documents show this drawing is a rule of tests/architecture."""

from graphs.combat import combat
from graphs.drawing import mermaid

DRAWN = """\
flowchart LR
    start([event])
    brief[brief]
    analyze[analyze]
    verify[verify]
    weigh[weigh]
    command[command]
    gate[gate]
    execute[execute]
    settle[settle]
    end_([outcome])
    start --> brief
    brief --> analyze
    brief --> verify
    analyze --> weigh
    verify --> weigh
    weigh -.-> command
    weigh -.-> settle
    command -.-> gate
    command -.-> settle
    gate -.-> execute
    gate -.-> settle
    execute --> settle
    settle --> end_"""


def test_the_graph_is_what_the_sequence_diagram_says() -> None:
    assert mermaid(combat()) == DRAWN


def test_only_weigh_command_and_gate_choose_a_way() -> None:
    chosen = {line.split()[0] for line in mermaid(combat()).splitlines() if "-.->" in line}
    assert chosen == {"weigh", "command", "gate"}
