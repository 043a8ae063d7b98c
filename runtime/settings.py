"""The effective configuration as frozen shapes; each stands beside the rule it serves, and this file joins them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
from msgspec import Struct, structs

from core.desk.posture import Postures
from core.desk.rungs import Ladders
from core.desk.service_levels import ServiceLevels
from core.errors import BadInput
from core.facts.desk import Mode, PostureName
from core.market.instruments import Currency, Instrument, Market, Money, Symbol, positive
from core.market.quotes import ScreenRules
from core.quant.ticks.terms import StreamTerms
from core.record.codec import digest, encode
from core.risk.limits import Limits
from core.signals.gauges import VixRules
from core.signals.headlines import HeadlineRules
from core.signals.nearness import NearRules
from core.signals.scanner import ScanRules
from core.signals.tickwatch import WatchRules
from core.signals.triggers import TriggerRules
from prompts.library import searched
from runtime.configuration import gather
from runtime.model_settings import ModelSettings
from tools.brokers.venue import PaperTerms
from tools.calendar_terms import CalendarTerms, terms_of

LARGEST_CASH = Decimal(10) ** 12


class DeskSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Who trades, in which mode, with what."""

    account: str
    mode: Mode
    """No default: it is printed, stored and compared with the account at every start."""
    posture: PostureName
    home: Market
    """The market whose trading date is the desk's day."""
    cash: Money
    """What a paper account starts with."""
    answer_seconds: Decimal = Decimal(10)
    """How long the broker may take to answer before the order is UNKNOWN."""
    entry_minutes: int = 5
    """An entry nobody filled for so long is withdrawn."""
    queue: int = 256
    at_once: int = 64
    """How many runs may think at the same time."""

    def __post_init__(self) -> None:
        for field in ("answer_seconds", "entry_minutes", "queue", "at_once"):
            positive(f"desk.{field}", Decimal(getattr(self, field)), Decimal(100_000))
        positive("desk.cash.amount", self.cash.amount, LARGEST_CASH)
        if not re.fullmatch(r"[a-z0-9-]{1,32}", self.account):
            raise BadInput(f"desk.account: lower-case letters, digits and dashes, found {self.account!r}")


class MarketSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """One venue: its code, its money, its grid and what the desk trades there."""

    market: Market
    currency: Currency
    tick: Decimal
    symbols: dict[Symbol, str]
    lot: Decimal = Decimal(1)

    def __post_init__(self) -> None:
        self.instruments()

    def instruments(self) -> tuple[Instrument, ...]:
        """The instruments of this venue."""
        return tuple(
            Instrument(symbol, self.market, self.currency, self.tick, self.lot, name)
            for symbol, name in self.symbols.items()
        )


class SignalSettings(WatchRules, frozen=True, forbid_unknown_fields=True):
    """When the desk is woken, and who is worth a look."""

    price_shock: TriggerRules = TriggerRules()
    exit_near: NearRules = NearRules()
    vix: VixRules = VixRules()
    headline: HeadlineRules = HeadlineRules()
    scanner: ScanRules = ScanRules()


class FeedSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Which recording is replayed; a bare name is one of the recordings that ship."""

    files: tuple[str, ...]
    first: date
    """First trading date of the recording."""
    last: date
    headlines: tuple[str, ...] = ()
    """Recorded headlines, replayed in order of time with the quotes."""

    def __post_init__(self) -> None:
        if not self.files:
            raise BadInput("feed.files: there is nothing to replay")
        if self.first > self.last:
            raise BadInput(f"feed.first: must not be after feed.last, found {self.first} and {self.last}")


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything a desk is built from."""

    desk: DeskSettings
    markets: dict[str, MarketSettings]
    calendars: dict[Market, CalendarTerms]
    """When each market trades, by its code."""
    models: ModelSettings
    feed: FeedSettings
    quotes: ScreenRules = ScreenRules()
    stream: StreamTerms = StreamTerms()
    """Its gap is that of `[quotes]`."""
    signals: SignalSettings = SignalSettings()
    postures: Postures = Postures()
    risk: Limits = Limits()
    continuity: Ladders = Ladders()
    service_levels: ServiceLevels = ServiceLevels()
    paper: PaperTerms = PaperTerms()

    def __post_init__(self) -> None:
        known = {market.market for market in self.markets.values()}
        if self.desk.home not in known:
            raise BadInput(f"desk.home: must be one of {', '.join(sorted(known))}, found {self.desk.home!r}")
        if self.desk.posture not in self.postures.names:
            postures = ", ".join(self.postures.names)
            raise BadInput(f"desk.posture: must be one of {postures}, found {self.desk.posture!r}")
        for name, market in self.markets.items():
            if market.currency != self.desk.cash.currency:
                raise BadInput(
                    f"markets.{name}.currency: {market.currency} is not the account's {self.desk.cash.currency}; "
                    "one desk settles in one currency"
                )
        _check_watching(self)
        _check_calendars(self)

    @property
    def ticks(self) -> StreamTerms:
        """The terms of the tick path, with the gap that quotes are screened by."""
        return structs.replace(self.stream, gap_seconds=self.quotes.gap_seconds)

    @property
    def version(self) -> str:
        """Digest of the effective configuration."""
        return digest(encode(self))


@dataclass(frozen=True)
class Loaded:
    """Settings, and where each value came from by its dotted path."""

    profile: str
    settings: Settings
    sources: dict[str, str]
    prompts: tuple[Path, ...] = ()
    """Folders with prompts of your own, the first one first; the packaged ones come after them."""

    def unrecorded(self) -> "Loaded":
        """The same, but where a cassette was to answer the simulator does: nobody has recorded what will be asked."""
        models = self.settings.models
        if models.answers != "cassette":
            return self
        simulated = structs.replace(models, answers="simulator")
        return replace(self, settings=structs.replace(self.settings, models=simulated))


def load(
    profile: str,
    config_dir: Path | None = None,
    environment: Mapping[str, str] | None = None,
    dotenv: Path | None = None,
) -> Loaded:
    """The configuration of a profile; every fault names its field, value, bound and source."""
    gathered = gather(profile, config_dir, environment or {}, dotenv or Path(".env"))
    try:
        settings = msgspec.convert(gathered.values, Settings)
    except msgspec.ValidationError as error:
        raise BadInput(_explained(str(error), gathered.sources)) from error
    return Loaded(profile, settings, gathered.sources, searched(config_dir))


def _check_watching(settings: Settings) -> None:
    """Refuse triggers that the tick path could not serve, and an index that is traded."""
    frames, vix = settings.stream.frames, settings.signals.vix.key
    odd = [frame for frame in settings.signals.osma_turn.aligned if frame not in frames]
    if odd:
        raise BadInput(f"signals.osma_turn.aligned: {odd[0]} is none of stream.frames, {list(frames)}")
    if settings.stream.gap_seconds != StreamTerms().gap_seconds:
        raise BadInput("stream.gap_seconds: follows quotes.gap_seconds; set that one")
    if vix in _traded(settings):
        raise BadInput(f"signals.vix.symbol: {vix} is an instrument of this desk; an index is watched, not traded")
    read = settings.postures.switching.key
    if read is not None and read not in _traded(settings):
        raise BadInput(f"postures.switching.symbol: {read} is no instrument of this desk; nothing would be known of it")


def _traded(settings: Settings) -> set[str]:
    return {item.key for market in settings.markets.values() for item in market.instruments()}


def _check_calendars(settings: Settings) -> None:
    """Refuse a second name that leads nowhere, and a market whose days nobody knows."""
    for code in settings.calendars:
        terms_of(code, settings.calendars)
    for name, market in settings.markets.items():
        if market.market not in settings.calendars:
            known = ", ".join(settings.calendars)
            raise BadInput(f"markets.{name}.market: no calendar for {market.market!r}, known are {known}")


def _explained(message: str, sources: Mapping[str, str]) -> str:
    text, _, place = message.partition(" - at `")
    path = place.rpartition("$")[2].strip("`.").replace("[...]", ".*")
    unknown, field = _UNKNOWN.fullmatch(text), _FIELD.match(text)
    if unknown:
        path = _joined(path, unknown[1])
        near = get_close_matches(unknown[1], _fields_at(path), 1)
        text = f"unknown key {unknown[1]!r}" + (f"; did you mean {near[0]!r}?" if near else "")
    elif field:
        path, text = _joined(path, field[1]), text[field.end() :]
    path, source = _traced(path, sources)
    where = f" ({source})" if source else ""
    return f"configuration: {path or 'top level'}{where}: {text}"


_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`")
_FIELD = re.compile(r"([a-z_][a-z0-9_]*(?:\.\w+)*): ")


def _traced(path: str, sources: Mapping[str, str]) -> tuple[str, str]:
    """The path as it was written, and where; a `*` that could be several stays one."""
    shape = re.escape(path).replace(r"\*", "[^.]+")
    exact = [key for key in sources if re.fullmatch(shape, key)]
    if len(exact) == 1:
        return exact[0], sources[exact[0]]
    inside = (where for key, where in sources.items() if key.startswith(f"{path}."))
    return path, next(inside, "")


def _joined(table: str, field: str) -> str:
    """The path of a field that a message names, with or without the table it stands in."""
    return field if field.split(".")[0] == table.split(".")[0] else ".".join(filter(None, (table, field)))


def _fields_at(path: str) -> list[str]:
    shape: Any = Settings
    for step in path.split(".")[:-1]:
        hints = get_type_hints(shape) if isinstance(shape, type) and issubclass(shape, Struct) else {}
        if step in hints:
            shape = hints[step]
        elif len(get_args(shape)) == 2:
            shape = get_args(shape)[1]
    return [field.encode_name for field in msgspec.structs.fields(shape)] if _is_struct(shape) else []


def _is_struct(shape: Any) -> bool:
    return isinstance(shape, type) and issubclass(shape, Struct)
