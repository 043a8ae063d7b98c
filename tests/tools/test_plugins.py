"""Code of one's own, by the name the configuration gives it."""

import pytest

from core.errors import BadInput
from docs.examples.provider import Ollama
from tools.plugins import is_own, own


def test_a_name_with_a_colon_means_code_of_ones_own() -> None:
    assert is_own("docs.examples.provider:Ollama") and not is_own("openai")
    assert own("docs.examples.provider:Ollama") is Ollama


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no_such_folder.wire:Wire", "cannot import 'no_such_folder.wire': No module named 'no_such_folder'; is its"),
        (":Wire", "cannot import ''"),
        ("docs.examples.provider:Olama", "'docs.examples.provider' has nothing called 'Olama' that can be called"),
        ("docs.examples.provider:", "has nothing called ''"),
        ("docs.examples.provider:MALFORMED", "has nothing called 'MALFORMED' that can be called"),
    ],
)
def test_what_is_missing_is_named(name: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        own(name)
