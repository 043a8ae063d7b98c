"""The verifier: what may be done about it at most. The only seat that is shown words from outside."""

from decimal import Decimal

from agents.replies import read_verification
from agents.roster import Seat
from agents.rounds import Heard, ask, seated
from agents.sitting import Sitting
from core.desk.briefing import Briefing, for_verifier
from core.desk.containment import Overheard
from core.facts.verdicts import Verification
from core.ports.clock import Clock


async def verify(
    seat: Seat | Sitting, briefing: Briefing, words: Overheard, *, price: Decimal, deadline: int, clock: Clock
) -> Heard[Verification]:
    """Ask for an envelope or a veto; `price` is what it judges by, `deadline` the instant after which it is late."""
    return await ask(
        seated(seat),
        for_verifier(briefing, words),
        lambda reply: read_verification(reply, briefing, price=price, answered=clock.now(), deadline=deadline),
    )
