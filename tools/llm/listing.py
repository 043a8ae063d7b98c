"""What a provider serves: the names of its models, as its own list has them."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx2

from core.errors import Degraded
from tools.llm.endpoints import Endpoint

ANTHROPIC_VERSION = "2023-06-01"
PATIENCE = 10.0
"""Seconds to wait for a list; a provider that does not send it may still answer questions."""
_PATHS: Mapping[str, str] = {"openai": "/models", "anthropic": "/v1/models", "gemini": "/v1beta/models"}
_WHOLE: Mapping[str, Mapping[str, int]] = {"openai": {}, "anthropic": {"limit": 1000}, "gemini": {"pageSize": 1000}}
"""How to ask for all of it at once; each refuses the word of another."""


async def served(endpoint: Endpoint, key: str, client: httpx2.AsyncClient) -> frozenset[str]:
    """The names a provider lists, without the folder Gemini puts before them. Degraded when it lists none."""
    if endpoint.wire not in _PATHS:
        raise Degraded(f"{endpoint.base_url}: a wire of your own has no list of models")
    path = _PATHS[endpoint.wire]
    address = endpoint.base_url.rstrip("/").removesuffix(path.removesuffix("/models")) + path
    headers = _headers(endpoint.wire, key)
    try:
        async with asyncio.timeout(PATIENCE):
            response = await client.get(address, headers=headers, params=_WHOLE[endpoint.wire])
    except (httpx2.HTTPError, TimeoutError) as error:
        raise Degraded(f"{endpoint.base_url}: cannot be reached: {type(error).__name__}") from error
    if not response.is_success:
        raise Degraded(f"{endpoint.base_url}: its list of models answers {response.status_code}")
    try:
        return frozenset(_names(response.json()))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Degraded(f"{endpoint.base_url}: its list of models cannot be read") from error


def _headers(wire: str, key: str) -> dict[str, str]:
    return {
        "openai": {"authorization": f"Bearer {key}"},
        "anthropic": {"x-api-key": key, "anthropic-version": ANTHROPIC_VERSION},
        "gemini": {"x-goog-api-key": key},
    }[wire]


def _names(body: Any) -> list[str]:
    rows = body.get("data") or body.get("models") or []
    return [str(row.get("id") or row["name"]).removeprefix("models/") for row in rows]
