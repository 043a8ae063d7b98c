"""Makes a profile's cassette anew: the same recorded days, with every call to a model written down.

What was recorded is played once before it takes the place of the old file: a cassette that ends in a miss helps nobody.
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

from core.errors import AegisError, BadInput
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
from tools.llm.line import Line, network, recorded, recording, simulated
from tools.safeguards.terms import Cap


def rerecord(
    loaded: Loaded, out: Path | None, most_usd: Decimal, say: Callable[[str], None]
) -> tuple[Summary, Path, Answering]:
    """Play the recording to its end and write the cassette; the one there is replaced once the new one was played."""
    models = loaded.settings.models
    path = (out or cassette_file(models.cassette)).resolve()
    beside = path.with_name(f"new-{path.name}")
    live = not missing_keys(structs.replace(models, answers="provider"), os.environ)
    behind = network() if live else simulated(models.rules, ())
    when = shown(SystemClock().now())[:10] if live else ""
    keys = [os.environ[each.key] for each in models.providers.values() if live and os.environ.get(each.key)]
    cassette = Cassette(beside, "rewrite", Label(behind.origin, f"aegis-agents {RELEASE}", when), secrets=keys)
    asked = structs.replace(_capped(models, most_usd) if live else models, answers=behind.origin)
    say(f"{'the providers answer' if live else 'no key is set, so the simulator answers'}; writing {path}")
    told = _run(loaded, asked, recording(cassette, behind))
    say("playing what was recorded")
    if why := _unplayable(loaded, beside, told):
        lies = f"; it lies in {beside}" if beside.exists() else ""
        raise BadInput(f"{path}: stays as it is, for what was recorded cannot be played: {why}{lies}")
    os.replace(beside, path)
    return told, path, behind.origin


def _run(loaded: Loaded, models: ModelSettings, line: Line) -> Summary:
    with TemporaryDirectory(prefix="aegis-record-") as folder:
        state = StateFolder(Path(folder) / "state")
        state.claim(loaded.settings.desk.account)
        changed = replace(loaded, settings=structs.replace(loaded.settings, models=models))
        try:
            return run_recorded(changed, state, _silent, None, True, Overrides(line=line))
        finally:
            state.release()


def _unplayable(loaded: Loaded, path: Path, told: Summary) -> str | None:
    """Why a desk that plays this cassette does not do again what it did; None if it does."""
    models = structs.replace(loaded.settings.models, answers="cassette", cassette=str(path))
    line = None
    try:
        line = recorded(path)
        played = _run(loaded, models, line)
    except (AegisError, ExceptionGroup) as error:
        misses = line.cassette.misses if line and line.cassette else ()
        return str(misses[0] if misses else error)
    if structs.replace(played, chain_head="") != structs.replace(told, chain_head=""):
        return (
            f"the desk came to {played.decisions} decisions and {played.orders} orders, and to {told.decisions} "
            f"and {told.orders} when it was recorded"
        )
    return None


def _capped(models: ModelSettings, most_usd: Decimal) -> ModelSettings:
    cap = Cap(money=Money(most_usd, "USD"))
    budget = structs.replace(models.safeguards.budget, day=cap)
    return structs.replace(models, safeguards=structs.replace(models.safeguards, budget=budget))


def _silent(_line: str) -> None:
    return None
