"""What the models cost today counts after a restart, in the currency of the cap."""

from decimal import Decimal
from pathlib import Path

from msgspec import structs

from core.facts.models import ModelReplied
from core.market.instruments import Money
from core.record.envelope import Draft
from runtime.recovery import reopen
from tests.desks import instant, settings
from tests.samples import REPLY, REQUEST, SAMPLES
from tests.scenarios.test_models import Served
from tools.clock import VirtualClock, VirtualLoop, run

EUROS = settings(
    models__roster="combat",
    models__answers="simulator",
    models__safeguards__budget__day='{ money = { amount = "25", currency = "EUR" } }',
)


def test_it_is_restored_in_the_currency_of_the_cap(tmp_path: Path) -> None:
    loop = VirtualLoop(instant("13:40:00"))
    sample = next(each for each in SAMPLES.values() if isinstance(each, ModelReplied))
    replied = structs.replace(sample, origin="provider", request_id="r", cost=Money(Decimal(3), "EUR"))

    async def spent() -> Decimal:
        house = Served(tmp_path, loaded=EUROS).house(VirtualClock(loop))
        for blob in (REQUEST, REPLY):
            house.projections.put(blob)
        await house.projections.append([Draft("run:r", "r.replied", house.clock.now(), replied, "r", "r")])
        await reopen(house)
        room = house.seating.room
        assert room is not None
        await house.close()
        return room.ledger.spent().money

    assert run(spent(), loop_factory=lambda: loop) == Decimal(3)
