"""What a call is billed for: a token is four characters, and a prefix is cached from its second time on."""

from typing import Final

from msgspec import structs

from tools.simulators.provider.conversation import Ask, Flavour, Spoken, Tokens

CHARACTERS: Final = 4
"""Of one token."""


class Meter:
    """Counts tokens, and remembers which prefixes have been seen."""

    def __init__(self) -> None:
        self._prefixes: set[tuple[Flavour, str, str]] = set()

    def read(self, flavour: Flavour, ask: Ask, said: Spoken) -> Tokens:
        """What this call is billed for."""
        prefix = (flavour, ask.model, ask.prefix)
        known, tokens = prefix in self._prefixes, counted(ask.prefix)
        self._prefixes.add(prefix)
        called = "".join(f"{call.name}{call.arguments}" for call in said.calls)
        return Tokens(
            input=max(counted(ask.prompt), tokens),
            cached=tokens if known else 0,
            written=0 if known else tokens,
            output=counted(said.text + called),
            reasoning=counted(said.reasoning),
        )


def counted(text: str) -> int:
    """Tokens of a text."""
    return -(-len(text) // CHARACTERS)


def shortened(said: Spoken, most: int | None) -> Spoken:
    """What is said within so many tokens, thoughts first."""
    if most is None or counted(said.reasoning) + counted(said.text) <= most or said.calls:
        return said
    left = max(0, most - counted(said.reasoning))
    thoughts = said.reasoning[: most * CHARACTERS]
    return structs.replace(said, text=said.text[: left * CHARACTERS], reasoning=thoughts, finish="length")
