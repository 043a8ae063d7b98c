"""A reply's schema as a provider accepts it: each enforces only some of JSON Schema, and refuses the rest.

What is dropped here is not lost: the reader of the reply checks everything.
"""

from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]


class Enforced:
    """One provider's part of JSON Schema; a schema is translated once, however often it is asked with."""

    def __init__(self, dropped: frozenset[str]) -> None:
        self._dropped = dropped
        self._known: dict[int, tuple[Mapping[str, Any], Schema]] = {}

    def schema(self, wanted: Mapping[str, Any]) -> Schema:
        """The same schema without what this provider refuses, every object closed and every field required."""
        known = self._known.get(id(wanted))
        if known is None or known[0] is not wanted:
            self._known[id(wanted)] = known = (wanted, self._closed(wanted))
            if len(self._known) > _ROOM:
                del self._known[next(iter(self._known))]
        return known[1]

    def _closed(self, node: Any) -> Any:
        if isinstance(node, list):
            return [self._closed(each) for each in node]
        if not isinstance(node, Mapping):
            return node
        kept = {name: self._closed(each) for name, each in node.items() if name not in self._dropped}
        properties = node.get("properties")
        if isinstance(properties, Mapping) and node.get("type") == "object":
            kept["properties"] = {name: self._closed(each) for name, each in properties.items()}
            kept |= {"required": list(properties), "additionalProperties": False}
        return kept


_ROOM = 64
