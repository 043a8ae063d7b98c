"""Words of a headline that say good or bad news, and how much. Data; `headlines` reads it.

Weights, from -1 (bad) to 1 (good), by what the event usually is to a share, not by how it sounds:

- 1.0: it changes what the company is worth by itself: takeover, bankruptcy, fraud, delisting.
- 0.6: results against expectations, ratings, guidance, approvals, recalls.
- 0.3: what the price or the business is said to be doing: rises, falls, buyback, layoffs.

The table is small on purpose: each term is a few words in lower case, matched word by word, the longest first, so
"price target" alone says nothing and "raises price target" does. Forms of a word are listed, not derived.
"""

from decimal import Decimal

_STRONG, _CLEAR, _MILD = Decimal(1), Decimal("0.6"), Decimal("0.3")

_GOOD: dict[Decimal, str] = {
    _STRONG: "to be acquired|agrees to be acquired|takeover bid|buyout offer|fda approval|wins approval",
    _CLEAR: (
        "beats|beat|tops estimates|above estimate|above estimates|upgrade|upgrades|upgraded|upgrading"
        "|raises guidance|raised guidance|boosts guidance|raises outlook|raises forecast"
        "|raises price target|raises target|raises pt|boosts price target|record profit|record revenue|record sales"
        "|to acquire|breakthrough|raises dividend|approves dividend|strong results|strong earnings"
    ),
    _MILD: (
        "buyback|repurchase|higher|rise|rises|rising|gains|gainers|rally|rallies|surge|surges|surging|jumps|soars"
        "|new highs|52-week highs|outperform|overweight|strong|positive|wins contract|partnership"
    ),
}
_BAD: dict[Decimal, str] = {
    _STRONG: (
        "bankruptcy|chapter 11|files for bankruptcy|fraud|accounting fraud|delisting|delisted|default|defaults"
        "|insolvency|trading halted"
    ),
    _CLEAR: (
        "misses|miss|missed|below estimate|below estimates|downgrade|downgrades|downgraded|cuts guidance"
        "|lowers guidance|lowered guidance|cuts outlook|lowers outlook|cuts forecast|profit warning|warns"
        "|lowers price target|lowers target|lowers pt|cuts price target|cuts pt|recall|recalls|lawsuit|class action"
        "|sec probe|investigation|data breach|cuts dividend|suspends dividend|resigns|net loss|adjusted net loss"
    ),
    _MILD: (
        "lower|fall|falls|falling|drop|drops|decline|declines|decliners|losers|plunge|plunges|tumbles|slump|slumps"
        "|sinks|slides|new lows|52-week lows|underperform|underweight|weak|negative|layoffs|delay|delays|loss|cuts"
    ),
}

LEXICON: dict[tuple[str, ...], Decimal] = {
    tuple(term.split()): sign * weight
    for sign, table in ((1, _GOOD), (-1, _BAD))
    for weight, terms in table.items()
    for term in terms.split("|")
}
LONGEST_TERM = max(len(term) for term in LEXICON)

RATING_VERBS = (
    "maintains|initiates|reiterates|reinstates|upgrades|downgrades|raises pt|raises target|raises price target"
    "|lowers pt|lowers target|lowers price target|cuts pt|cuts price target|boosts price target"
)
"""What a house that rates does to a share: the name before it is not the one that is meant."""

SMALL_WORDS = frozenset({"of", "and", "the", "for", "de"})
"""Words of a name that need no capital."""

NEGATIONS = frozenset({"not", "no", "never", "without", "denies", "denied", "isn't", "didn't", "won't", "doesn't"})

_AMBIGUOUS_SYMBOLS = """
ACT AGO AI AIR ALL AM AMP AN AND ANY APP ARE AS ASK AT BABY BAR BE BEST BIG BILL BIT BOX BRO BUY BY CALL CAN
CAR CARS CASH CAT CEO CFO CHEF COKE COLD COM COO COST COVID CPI CUT DAY DD DEAL DIG DO DOW DRY EARN EAT EDIT
EPS ET ETF EU EV EVER EYE FACT FAN FAST FDA FED FIVE FIX FLOW FLY FOR FORM FREE FUN FUND FY GAIN GAP GAS GDP
GO GOLD GOOD GROW HAS HE HEAR HIGH HIT HOLD HOME HOPE HUGE ICE IPO IRS IT JACK JOB JOBS JUST KEY KIDS KIND
KING LAND LAW LEAD LIFE LIKE LINE LIVE LOAN LOW LOVE MAIN MAN MANY MAR MARK MAX MEN MID MIND MOD MOVE NET NEW
NEWS NEXT NICE NO NOW OF OLD ON ONE OPEN OR OUT PAY PE PEAK PER PI PLAN PLAY PLUS PM POST PR PRO PT PUMP REAL
RENT RIDE ROAD ROCK ROLL ROOT RUN RUSH SAFE SAVE SEC SEE SELL SHOP SITE SIX SKY SO SPOT STAR STAY SUN TAP TEAM
TECH TEN THE TIME TO TOP TRUE TV TWO UK UN UP US USA VERY WASH WELL WIN WISH WORK YEAR YOU
"""
AMBIGUOUS_SYMBOLS = frozenset(_AMBIGUOUS_SYMBOLS.split())
"""Symbols of three and more characters that are words, or abbreviations of the business pages."""

_ORDINARY_NAMES = """
johnson williams smith jones thomas martin wells morgan stanley james charles henry jack frank
advance advanced american analog applied auto bank best big block boston capital central china citizens city
coach consolidated crown delta digital discovery dollar eagle eastern energy equity express fidelity first
fortune gap general global gold golden great green group health home host independence international key
liberty life live lincoln macro marathon market match metro micro national new news next nordic north northern
old open pacific paramount people pioneer power premier prime principal progressive public pure real regions
republic royal select service signature silver snap southern southwest square standard star state sun super
target texas the time travelers union unity united universal us valley visa water western world
"""
ORDINARY_NAMES = frozenset(_ORDINARY_NAMES.split())
"""First words of company names that say nothing by themselves."""

_LEGAL_FORMS = """
inc incorporated corp corporation co company ltd limited plc llc lp nv sa se ag ab asa spa kk holding holdings
group trust the class a b c common stock shares adr
"""
LEGAL_FORMS = frozenset(_LEGAL_FORMS.split())

EXCHANGES: dict[str, tuple[str, ...]] = {
    "NYSE": ("US", "XNYS"),
    "NASDAQ": ("US", "XNAS"),
    "NASD": ("US", "XNAS"),
    "AMEX": ("US", "XASE"),
    "NYSEARCA": ("US", "ARCX"),
    "KRX": ("KR", "XKRX"),
    "KOSPI": ("KR", "XKRX"),
    "KOSDAQ": ("KR", "XKOS"),
    "TSE": ("JP", "XTKS"),
    "TYO": ("JP", "XTKS"),
    "HKEX": ("HK", "XHKG"),
    "TSX": ("CA", "XTSE"),
    "LSE": ("UK", "XLON"),
    "ASX": ("AU", "XASX"),
}
"""Exchanges as headlines name them, and the markets they are here."""
