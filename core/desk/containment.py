"""Words from outside, and the most they may do: make an entry smaller, or stop it.

The rule. The desk decides twice as if it were deaf: analyst, verifier and commander are asked without the words, and
what they answer is the run without text. Beside it the verifier's seat is asked a second time, with the words in front
of it, and that reading is turned into a `Bound`. A bound is met with the deaf approval: directions are intersected, of
two size factors the smaller counts, and a reading that is a veto, late, malformed or missing allows no entry at all.

Why that is enough. Let D be everything the deaf run decides: view, approval a, decision d. No byte of the text reaches
a prompt of it, so D is the same with any text and with none. The text reaches one value only, the bound b, and the gate
and the sizer see a ∧ b in the place of a. `size` is a minimum in which the factor appears once, and rounding down to
lots keeps order, so size(d, a ∧ b) ≤ size(d, a); a check of the gate that a denies, a ∧ b denies. So an entry with text
is never larger than without, whatever the text says and whatever any model makes of it, one that obeys it included. A
decision that reduces needs no approval, so no text can keep the desk in a position either.

What that closes. A verifier that is shown words and asked once can be talked out of its veto; here its yes to words
gives nothing, because yes is the top of the lattice. So no second signal is needed for the direction: the direction
comes from figures alone. The price is one more call of the verifier's seat, at the same time as the deaf one, and only
for events that carry words which are not withheld.

An event that was born of words (a headline as trigger) or carries a figure made of them has no deaf run to be compared
with: without the words there is no run, so no exposure. It may open risk only in a direction that two figures of the
market itself give and none contradicts: the second, untainted signal.

Words that plainly try to steer (`suspicion`) are shown to nobody, and bar the entry without a call: withheld words may
hide bad news behind an order to the desk, and nobody who may not read them can say they do not. Doubtful ones leave at
most half the size.

What is left. Time: a slow reading may delay a decision, within the verifier's deadline and never beyond the life of the
approval; then the entry is barred and what reduces goes on. A reading that breaks is one that is missing. And silence:
whoever can send words can make the desk miss an entry, but not an exit.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from msgspec import Struct, structs

from core.desk.suspicion import DOUBTED_FROM, WITHHELD_FROM, score, signs
from core.desk.weighing import FREE, Bound, barred
from core.facts.foreign import Foreign, Provenance
from core.facts.signals import EventKind, MarketEvent
from core.facts.verdicts import Abstained, Direction, Verification
from core.signals.plain_text import LONGEST_PIECE, receive

LONGEST_SHOWN = 4000
"""Characters of all pieces of one event together."""
BORN_OF_WORDS: frozenset[EventKind] = frozenset({"headline"})
"""Kinds of event that are there only because of words; without them there is no run, and so no exposure."""
TAINTED_FIGURES = frozenset({"news_score"})
"""Figures that were made of words."""
SUPPORTING = ("change_pct", "day_change_pct", "osma")
"""Figures of the market whose sign is a direction."""
LEAST_SUPPORT = 2


class Overheard(Struct, frozen=True):
    """What was said outside about one event, and what its wording gives away."""

    pieces: tuple[Foreign, ...] = ()
    signs: dict[str, int] = {}

    @property
    def score(self) -> int:
        """Points of all signs of steering."""
        return score(self.signs)

    @property
    def withheld(self) -> bool:
        """Whether the words are shown to nobody."""
        return self.score >= WITHHELD_FROM

    @property
    def readable(self) -> bool:
        """Whether there are words that a seat may be asked about."""
        return bool(self.pieces) and not self.withheld

    @property
    def words(self) -> tuple[str, ...]:
        """What the verifier's seat is shown; of withheld words only that there were some."""
        if self.withheld:
            return (f"({self.reason})",)
        return tuple(piece.text for piece in self.pieces)

    @property
    def notes(self) -> dict[str, int]:
        """What code noticed and a reader cannot see: hidden characters, encodings, and what is missing."""
        counts: dict[str, int] = {}
        for piece in self.pieces:
            found = {**piece.removed, **dict.fromkeys(piece.noted, 1), **({"cut": piece.cut} if piece.cut else {})}
            counts = {name: counts.get(name, 0) + found.get(name, 0) for name in sorted(counts.keys() | found.keys())}
        return counts

    @property
    def reason(self) -> str:
        """Why the words are withheld, in words of ours."""
        return f"the words from outside are alarming and were withheld, they read like instruction: {_list(self.signs)}"


def overhear(texts: Sequence[str], source: str = "unnamed", received: int | None = None) -> Overheard:
    """The words that came with an event, as they enter the house; what no longer fits is not looked at."""
    left, pieces, unread = LONGEST_SHOWN, list[Foreign](), 0
    for text in texts:
        if left:
            pieces.append(receive(text, Provenance("event", source, "", received), min(left, LONGEST_PIECE)))
            left -= len(pieces[-1].text)
        else:
            unread += len(text)
    if unread:
        pieces[-1] = structs.replace(pieces[-1], cut=pieces[-1].cut + unread)
    return judged(tuple(pieces))


def judged(pieces: tuple[Foreign, ...]) -> Overheard:
    """Pieces of any provenance, with the signs of steering they show together."""
    return Overheard(pieces, signs(pieces))


def heed(event: MarketEvent, heard: Overheard, reading: Verification | Abstained | None, briefing: str) -> Bound:
    """How far words narrow what was allowed without them; `reading` is what the verifier's seat made of them."""
    read = _read(heard, reading, briefing)
    if event.kind not in BORN_OF_WORDS and TAINTED_FIGURES.isdisjoint(event.figures):
        return read
    directions = tuple(each for each in supported(event.figures) if each in read.directions)
    reason = read.reason if read.bars or directions else "only words speak for it, the instrument's own figures do not"
    return Bound(directions, read.size_factor, reason)


def supported(figures: Mapping[str, Decimal]) -> tuple[Direction, ...]:
    """The direction that figures of the market give by themselves: at least two are known, and all known ones agree."""
    rising = [figure > 0 for name in SUPPORTING if (figure := figures.get(name))]
    if len(rising) < LEAST_SUPPORT or len(set(rising)) > 1:
        return ()
    return ("long",) if rising[0] else ("short",)


def _read(heard: Overheard, reading: Verification | Abstained | None, briefing: str) -> Bound:
    if not heard.pieces:
        return FREE
    if heard.withheld:
        return barred(heard.reason)
    if not isinstance(reading, Verification):
        told = "nobody has read them" if reading is None else f"{reading.reason}: {reading.detail}"
        return barred(f"the words from outside were not judged, {told}")
    if reading.ruling != "approve":
        return barred("; ".join(reading.reasons) or "no reason given")
    if reading.briefing != briefing or reading.answered >= reading.deadline:
        return barred("the words from outside were judged too late, or beside another briefing")
    factor = min(reading.size_factor, _HALF) if heard.score >= DOUBTED_FROM else reading.size_factor
    return Bound(reading.directions, factor, "the words from outside")


def _list(found: Mapping[str, int]) -> str:
    return ", ".join(found)


_HALF = Decimal("0.5")
