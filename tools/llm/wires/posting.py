"""One request through the libraries of OpenAI and Anthropic, which come from one generator and fail alike.

Their low-level call is used: it authenticates and sends, and leaves the body as it came. Building their typed replies
would cost several times as much as all the rest, and raise where this house reads on.
"""

from types import ModuleType
from typing import Any, cast

import httpx2

from tools.llm.faults import own_fault
from tools.llm.wires.answers import Failure
from tools.llm.wires.served import unreachable


async def post(library: ModuleType, client: Any, path: str, body: dict[str, Any], streamed: bool) -> httpx2.Response:
    """The response, whatever its status; a `Failure` when there is none."""
    sending = {"stream": True, "stream_cls": library.AsyncStream} if streamed else {}
    try:
        response = await client.post(path, cast_to=httpx2.Response, body=body, **sending)
    except library.APIStatusError as error:
        response = error.response
    except library.APIConnectionError as error:
        if (ours := own_fault(error)) is not None:
            raise ours from None
        raise unreachable(error.__cause__ or error) from None
    except library.APIError as error:
        raise Failure(None, type(error).__name__) from None
    return cast(httpx2.Response, response)


def settle_platform(client: Any) -> None:
    """Name no platform to the provider: the library would find it out in a thread, which a virtual clock cannot see."""
    client._platform = "Unknown"
