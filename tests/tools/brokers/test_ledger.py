"""The paper account survives its process, and a ledger that cannot be trusted stops the start."""

import resource
from pathlib import Path

import msgspec
import pytest

from core.errors import Halt
from core.facts.orders import OrderFilled
from core.market.instruments import Money
from core.ports.broker import Placed
from tests.tools.brokers.bench import CASH, HANDMADE, limit, order, paper, quote, reported
from tools.brokers.account import AccountOpened
from tools.brokers.ledger import Ledger
from tools.brokers.paper import PaperBroker


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "paper" / "ledger.jsonl"


def written(path: Path) -> bytes:
    return path.read_bytes()


def rewrite(path: Path, data: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)


async def traded(path: Path) -> PaperBroker:
    """An account with a holding, a partly executed, a cancelled and a refused order; its process is then gone."""
    broker = paper(ledger=path)
    broker.mark(quote(1, "99.98", "100.00"))
    await broker.submit(order(1), HANDMADE)
    await broker.submit(limit("99.00", 2), HANDMADE)
    await broker.submit(limit("98.00", 3), HANDMADE)
    await broker.submit(order(4, symbol="NONE"), HANDMADE)
    broker.mark(quote(2, "99.98", "100.00"))
    broker.mark(quote(3, "98.98", "99.00", (4, 4)))
    await broker.cancel(order(3).client_id)
    return broker


async def test_a_new_process_finds_the_account_as_it_was(path: Path) -> None:
    before = await traded(path)
    after = paper(ledger=path)
    assert after.record == before.record
    assert await after.cash() == await before.cash()
    assert await after.positions() == await before.positions()
    assert await after.open_orders() == await before.open_orders() == (limit("99.00", 2),)


async def test_a_new_process_goes_on_where_the_last_one_ended(path: Path) -> None:
    await traded(path)
    broker = paper(ledger=path)
    broker.mark(quote(3, "98.98", "99.00", (4, 4)))
    assert len([entry for entry in broker.record if isinstance(entry, OrderFilled)]) == 2
    broker.mark(quote(4, "98.98", "99.00"))
    assert [entry.fill_id for entry in broker.record if isinstance(entry, OrderFilled)][-1] == "paper-2.2"
    answer = await broker.submit(order(5), HANDMADE)
    assert answer == Placed(order(5).client_id, "paper-5")


async def test_a_quote_repeated_after_the_restart_gives_nobody_what_it_already_gave(path: Path) -> None:
    broker = paper(ledger=path)
    broker.mark(quote(1, "99.98", "100.00"))
    await broker.submit(order(1), HANDMADE)
    await broker.submit(order(2), HANDMADE)
    only_enough_for_one = quote(2, "99.98", "100.00", (10, 10))
    broker.mark(only_enough_for_one)
    after = paper(ledger=path)
    after.mark(only_enough_for_one)
    assert after.record == broker.record
    assert len(await after.open_orders()) == 1


async def test_a_name_used_before_the_restart_makes_no_second_order(path: Path) -> None:
    await traded(path)
    broker = paper(ledger=path)
    assert await broker.submit(order(1), HANDMADE) == Placed(order(1).client_id, "paper-1")
    assert len(await broker.open_orders()) == 1


async def test_executions_that_nobody_heard_of_are_reported_after_the_restart(path: Path) -> None:
    before = await traded(path)
    assert await reported(paper(ledger=path), 3) == await reported(before, 3)


async def test_every_answer_is_in_the_file_before_it_is_given(path: Path) -> None:
    broker = paper(ledger=path)
    broker.mark(quote(1, "99.98", "100.00"))
    await broker.submit(order(1), HANDMADE)
    assert len(written(path).splitlines()) == 2
    broker.mark(quote(2, "99.98", "100.00"))
    assert len(written(path).splitlines()) == 3


async def test_a_torn_last_line_is_dropped_wherever_it_was_torn(path: Path) -> None:
    whole = (await traded(path)).record
    data = written(path)
    start = data.rstrip(b"\n").rfind(b"\n") + 1
    for end in range(start, len(data)):
        rewrite(path, data[:end])
        assert paper(ledger=path).record == whole[:-1]
        assert written(path) == data[:start]


async def test_a_ledger_torn_in_its_first_line_begins_anew(path: Path) -> None:
    rewrite(path, b'{"type":"ACCOUNT_OP')
    assert paper(ledger=path).record == (AccountOpened("paper-1", CASH),)
    assert len(written(path).splitlines()) == 1


async def test_a_changed_line_stops_the_start_and_is_named(path: Path) -> None:
    await traded(path)
    lines = written(path).splitlines(keepends=True)
    rewrite(path, b"".join([*lines[:3], b"x" + lines[3], *lines[4:]]))
    with pytest.raises(Halt, match=r"ledger\.jsonl', line 4: "):
        paper(ledger=path)


@pytest.mark.parametrize(
    ("removed", "repeated", "message"),
    [
        (0, None, "line 1: does not open an account"),
        (1, None, "line 5: no order .* is working"),
        (None, 0, "line 9: the account is opened a second time"),
        (None, 1, "line 9: order .* stands a second time"),
        (None, 5, "line 9: no order .* is working"),
        (None, 6, "line 9: fill 'paper-2.1' does not fit order"),
    ],
)
async def test_a_line_that_does_not_follow_stops_the_start(
    path: Path, removed: int | None, repeated: int | None, message: str
) -> None:
    broker = paper(ledger=path)
    broker.mark(quote(1, "99.98", "100.00"))
    for wanted in (
        order(1),
        limit("99.00", 2, quantity=order().quantity * 2 / 4),
        limit("98.00", 3),
        order(4, symbol="NONE"),
    ):
        await broker.submit(wanted, HANDMADE)
    broker.mark(quote(2, "99.98", "100.00"))
    broker.mark(quote(3, "98.98", "99.00", (4, 4)))
    await broker.cancel(order(3).client_id)
    lines = written(path).splitlines(keepends=True)
    kept = [line for number, line in enumerate(lines) if number != removed]
    rewrite(path, b"".join(kept + ([] if repeated is None else [lines[repeated]])))
    with pytest.raises(Halt, match=message):
        paper(ledger=path)


def test_a_ledger_of_another_account_is_not_taken(path: Path) -> None:
    Ledger(path).open(AccountOpened("paper-2", CASH))
    with pytest.raises(Halt, match="belongs to account 'paper-2' in USD, not to 'paper-1' in USD"):
        paper(ledger=path)


def test_what_the_account_began_with_is_what_the_ledger_says(path: Path) -> None:
    paper(ledger=path)
    assert Ledger(path).open(AccountOpened("paper-1", Money(CASH.amount * 2, "USD"))).cash == CASH


async def test_an_entry_that_does_not_fit_on_the_disk_leaves_nothing_behind(path: Path) -> None:
    broker = paper(ledger=path)
    broker.mark(quote(1, "99.98", "100.00"))
    before = written(path)
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    for room in (20, 0):
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + room, most))
        try:
            with pytest.raises(OSError):
                await broker.submit(order(1), HANDMADE)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        assert written(path) == before
        assert await broker.open_orders() == ()
    assert isinstance(await broker.submit(order(1), HANDMADE), Placed)
    assert paper(ledger=path).record == broker.record


def test_each_entry_is_a_line_of_plain_json(path: Path) -> None:
    paper(ledger=path)
    (line,) = written(path).splitlines()
    assert msgspec.json.decode(line) == {
        "type": "ACCOUNT_OPENED",
        "account": "paper-1",
        "cash": {"amount": "100000", "currency": "USD"},
    }
