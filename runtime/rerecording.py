"""Makes a profile's cassette anew: the same recorded days, with every call to a model written down.

With all keys of the roster set the providers answer, and the desk's day cap on money is what was allowed for it. Else
the simulator does, without any latency, so that what is played later is asked exactly what was asked now.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import structs

from core.market.instants import shown
from core.market.instruments import Money
from runtime.bootstrap import RELEASE, Overrides
from runtime.model_settings import ModelSettings
from runtime.opening import cassette_file
from runtime.seating import missing_keys
from runtime.serve import Summary
from runtime.session import run_recorded
from runtime.settings import Loaded
from runtime.state_folder import StateFolder
from tools.clock import SystemClock
from tools.llm.cassettes.cassette import Cassette
from tools.llm.cassettes.file import Label
from tools.llm.endpoints import Answering
from tools.llm.line import network, recording, simulated
from tools.safeguards.terms import Cap


def rerecord(
    loaded: Loaded, out: Path | None, most_usd: Decimal, say: Callable[[str], None]
) -> tuple[Summary, Path, Answering]:
    """Play the recording to its end and write the cassette; the one there is replaced when all went well."""
    models = loaded.settings.models
    path = out or cassette_file(models.cassette)
    live = not missing_keys(structs.replace(models, answers="provider"), os.environ)
    behind = network() if live else simulated(models.rules, ())
    when = shown(SystemClock().now())[:10] if live else ""
    keys = [os.environ[each.key] for each in models.providers.values() if live and os.environ.get(each.key)]
    cassette = Cassette(path, "rewrite", Label(behind.origin, f"aegis-agents {RELEASE}", when), secrets=keys)
    asked = structs.replace(_capped(models, most_usd) if live else models, answers=behind.origin)
    say(f"{'the providers answer' if live else 'no key is set, so the simulator answers'}; writing {path}")
    with TemporaryDirectory(prefix="aegis-record-") as folder:
        state = StateFolder(Path(folder) / "state")
        state.claim(loaded.settings.desk.account)
        changed = replace(loaded, settings=structs.replace(loaded.settings, models=asked))
        summary = run_recorded(changed, state, _silent, None, True, Overrides(line=recording(cassette, behind)))
        state.release()
    return summary, path, behind.origin


def _capped(models: ModelSettings, most_usd: Decimal) -> ModelSettings:
    cap = Cap(money=Money(most_usd, "USD"))
    budget = structs.replace(models.safeguards.budget, day=cap)
    return structs.replace(models, safeguards=structs.replace(models.safeguards, budget=budget))


def _silent(_line: str) -> None:
    return None
