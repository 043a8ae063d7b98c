"""What changed from one prompt to another, and whether its version says so."""

from dataclasses import dataclass
from difflib import unified_diff

from prompts.library import Prompt


@dataclass(frozen=True, slots=True)
class Revision:
    """The way from one prompt to another."""

    lines: tuple[str, ...]
    """A unified diff; empty when nothing changed."""
    changes: tuple[str, ...]
    """What a reviewer should know beside the lines."""
    fault: str | None
    """What must be put right before the new one may be used."""


def revision(old: Prompt, new: Prompt, old_title: str, new_title: str) -> Revision:
    """Compare two prompts; two of one name are versions of it, and the later must have the higher version."""
    lines = tuple(unified_diff(old.text.splitlines(), new.text.splitlines(), old_title, new_title, lineterm=""))
    if not lines:
        return Revision((), (), None)
    return Revision(lines, tuple(_changes(old, new)), _fault(old, new) if old.name == new.name else None)


def _changes(old: Prompt, new: Prompt) -> list[str]:
    fields = {"version": (old.version, new.version), "role": (old.role, new.role), "schema": (old.schema, new.schema)}
    changed = [f"{field}: {before} → {after}" for field, (before, after) in fields.items() if before != after]
    added = [f"variable {name!r}: added" for name in sorted(new.variables - old.variables)]
    dropped = [f"variable {name!r}: dropped" for name in sorted(old.variables - new.variables)]
    lost = ["stable part: changed, so nothing a provider has cached of it is used again"]
    return [*changed, *added, *dropped, *(lost if old.system != new.system else [])]


def _fault(old: Prompt, new: Prompt) -> str | None:
    if new.version > old.version:
        return None
    found = "is still" if new.version == old.version else f"fell from {old.version} to"
    return f"the text changed and the version {found} {new.version}; raise it above {old.version}"
