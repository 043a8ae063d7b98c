"""The commander: which one action, within what the verifier allows."""

from agents.replies import read_decision
from agents.roster import Seat
from agents.rounds import Heard, ask, seated
from agents.sitting import Sitting
from core.desk.briefing import Briefing, for_commander
from core.desk.weighing import Proceed
from core.facts.verdicts import Decision


async def command(seat: Seat | Sitting, briefing: Briefing, proceed: Proceed) -> Heard[Decision]:
    """Ask for one action, given what the other two allow together."""
    return await ask(seated(seat), for_commander(briefing, proceed), lambda text: read_decision(text, briefing))
