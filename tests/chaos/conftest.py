"""One zygote for all of them, and a short recording to live through."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.recordings import ENTRIES, excerpt
from tests.chaos.spawning import Zygote


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    zygote = Zygote()
    yield zygote
    zygote.close()


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a desk that replays two hours and a half in three pieces."""
    return excerpt(tmp_path_factory.mktemp("recorded") / "pieces.csv")


@pytest.fixture(scope="session")
def morning(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a desk that replays one morning: at pace 4000 it lasts about a second."""
    return excerpt(tmp_path_factory.mktemp("recorded") / "morning.csv", [ENTRIES])


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"
