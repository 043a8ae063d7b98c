"""The analyst: what does this event mean."""

from agents.replies import read_analysis
from agents.roster import Seat
from agents.rounds import Heard, ask
from core.desk.briefing import Briefing, for_analyst
from core.facts.verdicts import Analysis


async def analyze(seat: Seat, briefing: Briefing) -> Heard[Analysis]:
    """Ask for a view of the market, in figures of the briefing."""
    return await ask(seat, for_analyst(briefing), lambda text: read_analysis(text, briefing))
