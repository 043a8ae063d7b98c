"""The promises of every broker, asked of the one in docs/examples: what a broker of your own needs is this file."""

import pytest

from docs.examples.broker import CashAccount
from tests.contracts.test_broker import *  # noqa: F403
from tests.contracts.test_broker import Given
from tests.tools.brokers.bench import HANDMADE, HandClock, paper, quote


@pytest.fixture
def given() -> Given:
    market = paper(clock=HandClock())
    market.mark(quote(1, "99.98", "100.00"))
    broker = CashAccount(market)
    return Given(broker, market, lambda wanted: broker.submit(wanted, HANDMADE))
