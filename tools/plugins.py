"""Code of your own that the configuration names: `module:name`, found as Python finds every module."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from core.errors import BadInput


def is_own(name: str) -> bool:
    """Whether a name in the configuration means code of your own."""
    return ":" in name


def own(name: str) -> Callable[..., Any]:
    """What `module:name` stands for; BadInput says what is missing, and where it was looked for."""
    place, _, wanted = name.partition(":")
    try:
        module = import_module(place)
    except (ImportError, ValueError, TypeError) as fault:
        raise BadInput(f"{name!r}: cannot import {place!r}: {fault}; is its folder on PYTHONPATH?") from fault
    found = getattr(module, wanted, None)
    if not callable(found):
        raise BadInput(f"{name!r}: {place!r} has nothing called {wanted!r} that can be called")
    return found  # type: ignore[no-any-return]
