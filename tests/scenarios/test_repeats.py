"""The same event is decided once, whoever tells it how often; and when too many wait, the oldest gives way."""

from pathlib import Path

from core.facts.desk import RunSettled
from core.facts.signals import SignalGenerated
from runtime.bootstrap import House
from tests.desks import FILLED, HOLD, RISE, Act, Rehearsal, consent, instant, kept, says, settings, tape


def test_two_feeds_that_tell_the_same_event_make_one_decision(tmp_path: Path) -> None:
    twice = [quote for pair in zip(tape(RISE), tape(RISE, source="other"), strict=True) for quote in pair]
    told = Rehearsal(tmp_path).play([*twice, *tape(FILLED)], consent())
    assert len(told.all(SignalGenerated)) == 1
    assert told.outcomes == ["executed"] and len(told.sent) == 1


def test_a_feed_that_tells_it_again_after_a_restart_wakes_nobody_while_its_side_is_quiet(tmp_path: Path) -> None:
    desk = kept(tmp_path)
    desk.play(tape(RISE), consent())
    again = desk.play(tape(RISE, source="reconnected"), begin="13:41:20")
    assert not again.all(SignalGenerated)
    assert again.outcomes == [] and len(again.sent) == 1


def test_an_event_that_is_handed_in_again_is_known_by_its_identity(tmp_path: Path) -> None:
    answers: list[bool] = []

    async def again(house: House) -> None:
        async for recorded in house.projections.read():
            if isinstance(recorded.fact, SignalGenerated):
                (quote,) = tape("13:41:00 IBM 184.60 184.62", source="reconnected")
                answers.append(await house.intake.accept(quote, recorded.fact))

    told = Rehearsal(tmp_path).play(tape(RISE, FILLED), consent(), [Act("13:41:30", again)])
    assert answers == [False]
    assert told.house.intake.repeated == 1 and told.outcomes == ["executed"] and len(told.sent) == 1


def test_when_too_many_wait_the_oldest_is_settled_as_superseded(tmp_path: Path) -> None:
    narrow = settings(desk__queue=1, desk__at_once=1)
    quotes = tape("""
        13:40:00 IBM 184.00 184.02
        13:40:00 SPY 168.00 168.01
        13:41:00 IBM 184.60 184.62
        13:41:00 SPY 168.60 168.61
        13:41:01 IBM 183.90 183.92
    """)
    slow = [says("analyst", 1500), says("verifier"), says("commander", **HOLD)]
    told = Rehearsal(tmp_path, narrow).play(quotes, [*slow, *consent(**HOLD)])
    signals = told.all(SignalGenerated)
    assert [signal.event.symbol for signal in signals] == ["IBM", "SPY", "IBM"]
    outcomes = {settled.run: settled for settled in told.all(RunSettled)}
    assert [outcomes[signal.run].outcome for signal in signals] == ["held", "superseded", "held"]
    assert outcomes[signals[1].run].reason == "more than 1 events were waiting"


def test_an_event_that_waited_starts_when_there_is_room(tmp_path: Path) -> None:
    together = "13:40:00 SPY 168.00 168.01\n13:41:00 IBM 184.60 184.62\n13:41:00 SPY 168.60 168.61"
    slow = [says("analyst", 1500), says("verifier"), says("commander", **HOLD)]
    quotes = tape(RISE.strip().splitlines()[0], together)
    told = Rehearsal(tmp_path, settings(desk__at_once=1)).play(quotes, [*slow, *consent("SPY", **HOLD)])
    assert told.outcomes == ["held", "held"]
    assert told.at(RunSettled) == [instant("13:41:01.500")] * 2
