"""What a headline says of which instrument, read by code: text from outside is data and is never followed.

A headline is normalised first (`plain_text`): Unicode NFKC, characters that nobody sees away, white space to single
blanks, at most 300 characters. Letters of other alphabets that look Latin stay what they are, so they
name nobody. What comes out are fields of ours: a key of the universe, a number, and terms of our own tables.

Who is meant, from the strongest evidence:

- `ticker`: the symbol with its context: "$AAPL", "(AAPL)", "(BAC, AAPL, C)", "NYSE: A". A named exchange must be one
  of the instrument's market, so "TSX:ABX" is not the share in New York.
- `name`: the words of the company's name, each beginning with a capital. The legal form may be missing ("Advance Auto
  Parts Inc."); the first word alone is enough if it is not ordinary and nobody else in the universe begins with it. A
  house that rates a share ("JPMorgan Upgrades Apple") is not meant itself.
- `symbol`: the bare symbol as a word in capitals. Not for symbols that are also words or abbreviations, that have less
  than three letters or that are numbers ("A", "T", "GE", "ALL", "005930"); not in headlines all in capitals.

What it says: score = heaviest good term + heaviest bad term, so from -1 to 1, and repeating a term adds nothing. A
negation among the two words before a term turns it round at half its weight. Terms and weights: `wording`. If more
than `most_mentions` instruments or tickers are named, it is a list and its tone belongs to none of them: the score is
0.

Known limits: a name inside a longer one that is not in the universe ("Apple" in "Apple Hospitality") is taken for it;
irony, numbers and other languages than English say nothing.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Literal

from msgspec import Struct

from core.market.instruments import Instrument, bounded
from core.signals.plain_text import plain
from core.signals.wording import (
    AMBIGUOUS_SYMBOLS,
    EXCHANGES,
    LEGAL_FORMS,
    LEXICON,
    LONGEST_TERM,
    NEGATIONS,
    ORDINARY_NAMES,
    RATING_VERBS,
    SMALL_WORDS,
)

Evidence = Literal["ticker", "name", "symbol"]
Words = tuple[str, ...]

LONGEST_HEADLINE = 300
NEGATION_REACH = 2
HALF = Decimal("0.5")

_SYMBOL = r"[A-Z0-9]{1,12}(?:[./-][A-Z0-9]{1,6})?"
_CASHTAG = re.compile(rf"(?<![\w$])\$({_SYMBOL})(?!\w)")
_AT_EXCHANGE = re.compile(rf"\b([A-Z]{{3,8}}) ?: ?({_SYMBOL})(?!\w)")
_IN_BRACKETS = re.compile(rf"(?<!\w)\(({_SYMBOL}(?:[,;] ?{_SYMBOL}){{0,19}})\)|(?<=\w)\(([A-Z]{{2,5}})\)")
_BARE = re.compile(rf"(?<![\w&$'.:/-])({_SYMBOL})(?:'s\b|(?![\w&]|['.-]\w))")
_RATES = re.compile(rf" (?:{RATING_VERBS})\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:[&'.-][^\W_]+)*")


class HeadlineRules(Struct, frozen=True, forbid_unknown_fields=True):
    """When a headline is worth a model call (table `[signals.headline]` of the configuration)."""

    threshold: Decimal = Decimal("0.6")
    most_mentions: int = 3
    stale_minutes: int = 10
    """An older headline wakes nobody."""
    cooldown_minutes: int = 30
    """After a headline of an instrument, further ones of the same tone wait this long."""

    def __post_init__(self) -> None:
        bounded("threshold", self.threshold, Decimal("0.1"), Decimal(1))
        bounded("most_mentions", Decimal(self.most_mentions), Decimal(1), Decimal(20))
        bounded("stale_minutes", Decimal(self.stale_minutes), Decimal(1), Decimal(1440))
        bounded("cooldown_minutes", Decimal(self.cooldown_minutes), Decimal(1), Decimal(1440))


class Mention(Struct, frozen=True):
    """One instrument a headline names, by what, and what is said there."""

    key: str
    evidence: Evidence
    score: Decimal
    terms: tuple[str, ...]
    """The terms of our lexicon that were found; a negated one begins with "not"."""


class Universe(Struct, frozen=True):
    """The instruments by what headlines may call them."""

    symbols: dict[str, tuple[tuple[str, str], ...]]
    """Market and key of each instrument, by symbol."""
    names: dict[Words, tuple[str, ...]]
    longest_name: int


def universe(instruments: Iterable[Instrument]) -> Universe:
    """Sort instruments by their symbols and by the forms of their names."""
    symbols: dict[str, tuple[tuple[str, str], ...]] = {}
    named: dict[Words, tuple[str, ...]] = {}
    shorts: dict[Words, set[Words]] = {}
    for each in sorted(instruments, key=lambda one: one.key):
        symbols[each.symbol] = (*symbols.get(each.symbol, ()), (each.market, each.key))
        whole, bare = _name_forms(each.name)
        for form in dict.fromkeys((whole, bare)):
            if form and not (len(form) == 1 and form[0] in ORDINARY_NAMES):
                named[form] = (*named.get(form, ()), each.key)
        if bare:
            shorts.setdefault(bare[:1], set()).add(bare)
    for short, owners in shorts.items():
        if len(owners) == 1 and short not in named and short[0] not in ORDINARY_NAMES and len(short[0]) > 2:
            named[short] = named[min(owners)]
    return Universe(symbols, named, max(map(len, named), default=0))


def normalised(text: str) -> str:
    """A headline in the one form that is read, and by which two deliveries are the same."""
    return plain(text[:LONGEST_HEADLINE], LONGEST_HEADLINE).text.replace("’", "'")


def digest(text: str) -> str:
    """The identity of a headline: its words, whoever brings them."""
    return sha256(normalised(text).casefold().encode()).hexdigest()


def read(text: str, known: Universe, rules: HeadlineRules) -> tuple[Mention, ...]:
    """Every instrument a headline names, by key, with what it says of it."""
    headline = normalised(text)
    named = _named(headline, known)
    crowd = max(len(named), len(_listed(headline)))
    score, terms = weigh(headline) if crowd <= rules.most_mentions else (Decimal(0), ())
    return tuple(Mention(key, named[key], score, terms) for key in sorted(named))


def detect(text: str, known: Universe, rules: HeadlineRules) -> tuple[Mention, ...]:
    """The mentions that are worth a model call."""
    return tuple(mention for mention in read(text, known, rules) if abs(mention.score) >= rules.threshold)


def weigh(headline: str) -> tuple[Decimal, tuple[str, ...]]:
    """How good or bad a normalised headline is, and by which terms."""
    words = [word.lower() for word in _WORD.findall(headline)]
    found = dict(_terms(words))
    best = max([*found.values(), Decimal(0)])
    worst = min([*found.values(), Decimal(0)])
    return best + worst, tuple(sorted(found))


def _terms(words: Sequence[str]) -> Iterator[tuple[str, Decimal]]:
    place = 0
    while place < len(words):
        term = _longest(words, place)
        if term and not NEGATIONS.isdisjoint(words[max(0, place - NEGATION_REACH) : place]):
            yield f"not {' '.join(term)}", -LEXICON[term] * HALF
        elif term:
            yield " ".join(term), LEXICON[term]
        place += len(term) or 1


def _longest(words: Sequence[str], place: int) -> Words:
    for length in range(LONGEST_TERM, 0, -1):
        term = tuple(words[place : place + length])
        if term in LEXICON:
            return term
    return ()


def _named(headline: str, known: Universe) -> dict[str, Evidence]:
    found: dict[str, Evidence] = {}
    evidence: Sequence[tuple[Evidence, Iterable[str]]] = (
        ("ticker", _by_ticker(headline, known)),
        ("name", _by_name(headline, known)),
        ("symbol", _by_symbol(headline, known)),
    )
    for kind, keys in evidence:
        for key in keys:
            found.setdefault(key, kind)
    return found


def _by_ticker(headline: str, known: Universe) -> Iterator[str]:
    for match in _AT_EXCHANGE.finditer(headline):
        markets = EXCHANGES.get(match[1], ())
        yield from (key for market, key in known.symbols.get(match[2], ()) if market in markets)
    for symbol in _listed(headline):
        yield from (key for _, key in known.symbols.get(symbol, ()))


def _listed(headline: str) -> list[str]:
    """Symbols with a dollar sign or in brackets, whoever they belong to."""
    brackets = [match[1] or match[2] for match in _IN_BRACKETS.finditer(headline)]
    return [*_CASHTAG.findall(headline), *(symbol for inside in brackets for symbol in re.split("[,;] ?", inside))]


def _by_symbol(headline: str, known: Universe) -> Iterator[str]:
    if headline.upper() == headline:
        return
    elsewhere = _AT_EXCHANGE.sub(lambda match: " " if match[1] in EXCHANGES else match[0], headline)
    for symbol in _BARE.findall(elsewhere):
        if not is_ambiguous(symbol):
            yield from (key for _, key in known.symbols.get(symbol, ()))


def is_ambiguous(symbol: str) -> bool:
    """Whether a bare symbol could as well be a word, an abbreviation or a number."""
    return len(symbol) < 3 or symbol in AMBIGUOUS_SYMBOLS or symbol.isdigit()


def _by_name(headline: str, known: Universe) -> Iterator[str]:
    words, place = list(_WORD.finditer(headline)), 0
    while place < len(words):
        form = _longest_name([word[0] for word in words[place : place + known.longest_name]], known)
        place += len(form) or 1
        if form and not _RATES.match(headline, words[place - 1].end()):
            yield from known.names[form]


def _longest_name(words: Sequence[str], known: Universe) -> Words:
    plain = tuple(map(_plain, words))
    sizes = range(len(words), 0, -1)
    return next((plain[:size] for size in sizes if plain[:size] in known.names and _are_capital(words[:size])), ())


def _name_forms(name: str) -> tuple[Words, Words]:
    """A name as words, and without its legal form."""
    whole = tuple(_plain(word) for word in _WORD.findall(normalised(name)))
    bare = whole
    while bare and bare[-1] in LEGAL_FORMS:
        bare = bare[:-1]
    return whole, bare


def _plain(word: str) -> str:
    return word.removesuffix("'s").lower()


def _are_capital(words: Sequence[str]) -> bool:
    return all(word != word.lower() or word[0].isdigit() or word in SMALL_WORDS for word in words)
