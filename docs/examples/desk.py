"""A desk of your own: the demonstration with this folder as its configuration, a sceptic in it, and a cash account."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from docs.examples.broker import CashAccount
from docs.examples.fourth_role import with_sceptic
from runtime.bootstrap import Overrides
from runtime.kernel_cache import settle
from runtime.serve import Summary
from runtime.session import run_recorded
from runtime.settings import load
from runtime.state_folder import StateFolder
from tools.llm.offline.rules import RulesModel


def play(state: Path, say: Callable[[str], None], environment: Mapping[str, str]) -> Summary:
    """Replay the recorded days through it, with the offline rules in every seat; a state that stands is continued."""
    loaded = load("demo", Path(__file__).parent, {**environment, "AEGIS_MODELS__ROSTER": "rules"})
    folder = StateFolder(state)
    folder.claim(loaded.settings.desk.account)
    sceptic = RulesModel(loaded.settings.models.rules)
    own = Overrides(graph=with_sceptic(sceptic), behind=CashAccount)
    try:
        return run_recorded(loaded, folder, say, pace=None, until_end=True, overrides=own)
    finally:
        folder.release()


if __name__ == "__main__":
    settle()
    print(play(Path("state"), print, os.environ))
