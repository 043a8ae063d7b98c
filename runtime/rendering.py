"""What a seat would be told of an event: the request a whole desk sends, with the offline rules in every seat."""

import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path

from msgspec import json, structs

from core.errors import BadInput
from core.facts.models import ModelReplied
from core.facts.signals import MarketEvent
from core.ports.model import ChatRequest
from runtime.inquiry import inquire
from runtime.model_settings import RULES
from runtime.settings import Loaded
from runtime.state_folder import StateFolder
from tools.journals.sqlite import SqliteJournal


def told(loaded: Loaded, event: MarketEvent, role: str) -> list[ChatRequest]:
    """The questions to one role, by a desk that has just opened on paper and holds nothing; no model is called."""
    with tempfile.TemporaryDirectory(prefix="aegis-render-") as place:
        folder = StateFolder(Path(place))
        came = inquire(_offline(loaded), folder, event)
        asked = asyncio.run(_asked(folder, role))
    if not asked:
        raise BadInput(f"the {role} would not be asked about this event: {came.outcome}: {came.reason}")
    return asked


def _offline(loaded: Loaded) -> Loaded:
    settings = loaded.settings
    desk, models = structs.replace(settings.desk, mode="demo"), structs.replace(settings.models, roster=RULES)
    return replace(loaded, settings=structs.replace(settings, desk=desk, models=models))


async def _asked(folder: StateFolder, role: str) -> list[ChatRequest]:
    journal = SqliteJournal.open(folder.journal, readonly=True)
    try:
        replied = [recorded.fact async for recorded in journal.read() if isinstance(recorded.fact, ModelReplied)]
        blobs = [await journal.blob(fact.request) for fact in replied if fact.prompt.partition(" ")[0] == role]
        return [json.decode(blob, type=ChatRequest) for blob in blobs if blob is not None]
    finally:
        await journal.close()
