"""The most a request may take, before anybody has counted."""

import pytest
from msgspec import structs

from tests.tools.safeguards.acting import ASKED
from tools.safeguards.tokens import most


@pytest.mark.parametrize("letter", ["ॐ", "ᚠ", "𓀀", "é"])
def test_a_letter_of_a_rare_script_may_take_a_token_for_each_of_its_bytes(letter: str) -> None:
    plain, rare = (most(structs.replace(ASKED, user=text)) for text in ("", letter * 100))
    assert rare.input - plain.input == 100 * len(letter.encode())


def test_plain_text_takes_at_most_one_token_for_two_letters() -> None:
    plain, longer = (most(structs.replace(ASKED, user=text)) for text in ("", "a" * 100))
    assert (longer.input - plain.input, longer.total) == (50, longer.input + 100)
