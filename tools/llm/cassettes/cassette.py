"""A cassette: recorded calls to models, played in place of the providers, or recorded through them.

    none     plays only; a request it does not hold is a miss
    once     as none if the file is there, else it records
    new      plays what it holds and records the rest
    rewrite  records everything; the file there is replaced when the new one is saved

The same request recorded several times is answered in that order. What is recorded now is not played in this run.
A file is sorted by address and body, and the same requests by the order in which they were asked, not answered: so
concurrent runs give the same bytes as long as each asks the same.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from core.errors import BadInput
from tools.llm.cassettes import file as cassette_file
from tools.llm.cassettes.exchange import Answer, Asked, Identity, Interaction, identity
from tools.llm.cassettes.file import Label
from tools.llm.cassettes.miss import CassetteMiss, unrecorded, used_up
from tools.llm.cassettes.scrub import scrubbed, scrubbed_call
from tools.llm.endpoints import Answering

Mode = Literal["none", "once", "new", "rewrite"]


class Cassette:
    """One file of recorded calls. `label` is for whoever records: who answers, with what, and when."""

    def __init__(
        self,
        path: Path,
        mode: Mode = "none",
        label: Label | None = None,
        *,
        allow_repeats: bool = False,
        secrets: Iterable[str] = (),
    ) -> None:
        absent = mode == "rewrite" or (mode != "none" and not path.exists())
        held, self._held = (Label(), []) if absent else cassette_file.read(path)
        self.path = path
        self.records = mode in ("new", "rewrite") or (mode == "once" and absent)
        self.label = (label or Label()) if self.records else held
        self.misses: list[CassetteMiss] = []
        self._allow_repeats = allow_repeats
        self._secrets = tuple(secrets)
        self._reels = _reels(self._held)
        self._played = dict.fromkeys(self._reels, 0)
        self._turns = 0
        self._recorded: list[tuple[int, Interaction]] = []
        if self.records:
            _check_label(path, self.label, held if self._held else self.label)

    @property
    def origin(self) -> Answering | None:
        """Who gave the answers; None if the file does not say."""
        return self.label.origin

    def play(self, asked: Asked) -> Answer | None:
        """The next answer to a request. Without one: None if it is to be recorded, else a CassetteMiss."""
        same, clean = identity(asked), None
        if same not in self._reels:
            clean = scrubbed(asked, self._secrets)
            same = identity(clean)
        reel, played = self._reels.get(same, []), self._played.get(same, 0)
        if reel and (played < len(reel) or self._allow_repeats):
            self._played[same] = played + 1
            return reel[min(played, len(reel) - 1)].answer
        if self.records:
            return None
        raise self._missed(clean or scrubbed(asked, self._secrets), len(reel))

    def turn(self) -> int:
        """A place in the order of asking, taken before the answer is waited for."""
        self._turns += 1
        return self._turns

    def keep(self, turn: int, asked: Asked, answer: Answer) -> Answer:
        """Record a call that was made at this turn, and give its answer as it will be played."""
        call = scrubbed_call(asked, answer, self._secrets)
        self._recorded.append((turn, call))
        return call.answer

    def save(self) -> None:
        """Write the file if anything was recorded."""
        if self._recorded:
            turns = [*((0, call) for call in self._held), *sorted(self._recorded, key=lambda each: each[0])]
            calls = sorted((call for _, call in turns), key=lambda call: identity(call.asked))
            cassette_file.write(self.path, self.label, calls)

    def unplayed(self) -> tuple[Asked, ...]:
        """The recorded requests nobody asked in this run."""
        return tuple(call.asked for same, reel in self._reels.items() for call in reel[self._played[same] :])

    def finish(self) -> None:
        """End of the run: a miss is raised again, in case somebody on the way took it for a provider's failure."""
        if self.misses:
            raise self.misses[0]

    def _missed(self, asked: Asked, times: int) -> CassetteMiss:
        held = [call.asked for call in self._held]
        miss = used_up(self.path, asked, times) if times else unrecorded(self.path, asked, held)
        self.misses.append(miss)
        return miss


def _reels(calls: list[Interaction]) -> dict[Identity, list[Interaction]]:
    reels: dict[Identity, list[Interaction]] = {}
    for call in calls:
        reels.setdefault(identity(call.asked), []).append(call)
    return reels


def _check_label(path: Path, label: Label, held: Label) -> None:
    if label.origin is None:
        raise BadInput(f"{path}: origin: whoever records says provider or simulator, found nothing")
    if held.origin != label.origin:
        raise BadInput(f"{path}: origin: holds answers of a {held.origin}, cannot take those of a {label.origin}")
