"""What may be written to a terminal."""


def printable(text: str) -> str:
    """Foreign text with everything replaced that could move a terminal's cursor or turn its writing round."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "\ufffd" for sign in text)
