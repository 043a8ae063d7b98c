"""The analyst: what does this event mean."""

from agents.replies import read_analysis
from agents.roster import Seat
from agents.rounds import Heard, ask, seated
from agents.sitting import Sitting
from core.desk.briefing import Briefing, for_analyst
from core.facts.verdicts import Analysis


async def analyze(seat: Seat | Sitting, briefing: Briefing) -> Heard[Analysis]:
    """Ask for a view of the market, in figures of the briefing and of what the seat looked up."""
    sitting = seated(seat)
    return await ask(sitting, for_analyst(briefing), lambda text: read_analysis(text, briefing, sitting.looked))
