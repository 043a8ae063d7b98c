"""Who may order a posture."""

import os
from dataclasses import dataclass, field
from typing import cast

from core.desk.stance import Refused, Wish
from core.facts.desk import PostureChanged
from runtime.commanding import order_posture
from runtime.operator import Asked, Peer
from runtime.stance import Stance

SAID = {"posture": "offensive", "reason": "I want to", "minutes": 60}


@dataclass
class Listening:
    """Takes orders and remembers who gave them."""

    heard: list[Wish] = field(default_factory=list)

    async def order(self, wish: Wish) -> PostureChanged | Refused:
        self.heard.append(wish)
        return Refused("a test")


async def _ordered(peer: Peer) -> tuple[list[Wish], str]:
    stance = Listening()
    answer = await order_posture(cast(Stance, stance), Asked(peer, SAID))
    return stance.heard, str(answer["error"])


async def test_somebody_else_than_the_desks_own_user_is_refused_and_not_even_heard() -> None:
    for user in (os.geteuid() + 1, 4_294_967_295):
        heard, error = await _ordered(Peer(user, "mallory"))
        assert heard == [] and error == "refused: only the user who runs the desk may order a posture, not mallory"


async def test_the_desks_own_user_is_heard_by_name() -> None:
    heard, error = await _ordered(Peer(os.geteuid(), "kim"))
    assert heard == [Wish("offensive", "I want to", 60, "kim")] and error == "refused: a test"
