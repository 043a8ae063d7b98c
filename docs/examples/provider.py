"""A provider with a format of its own: Ollama's native chat, which enforces any schema and is told whether to think."""

from collections.abc import Mapping

import httpx2

from core.facts.models import Usage
from core.ports.model import ChatRequest
from tools.llm.endpoints import Endpoint, ModelTerms
from tools.llm.wires.answers import MALFORMED, Answer, Failure, count, decoded, word
from tools.llm.wires.served import unreachable
from tools.llm.wires.sorting import Sort


class Ollama:
    """The wire of `POST /api/chat`, without tools and without streaming."""

    sorts: Mapping[str, Sort] = {}

    def __init__(self, terms: ModelTerms, endpoint: Endpoint, _key: str, client: httpx2.AsyncClient) -> None:
        self._terms, self._client, self._address = terms, client, f"{endpoint.base_url}/api/chat"

    def load(self) -> None:
        """There is no library to import."""

    async def send(self, request: ChatRequest, streamed: bool) -> httpx2.Response:
        """Ask for a whole reply."""
        said = [{"role": "system", "content": request.system}, {"role": "user", "content": request.user}]
        options = {"temperature": float(request.temperature), "num_predict": request.max_tokens}
        asked = {"model": self._terms.model, "messages": said, "format": request.schema, "options": options}
        thinks = self._terms.thinking != "off"
        try:
            return await self._client.post(self._address, json={**asked, "stream": False, "think": thinks})
        except httpx2.HTTPError as error:
            raise unreachable(error) from None

    def read(self, body: bytes) -> Answer:
        """The answer of a whole reply; what is missing in it is a failure of the provider."""
        told = decoded(body, dict)
        usage = Usage(count(told, "prompt_eval_count"), count(told, "eval_count"))
        message = told["message"]
        thought = word(message.get("thinking"))
        return Answer(
            text=message["content"], model=told["model"], finish=told["done_reason"], reasoning=thought, usage=usage
        )

    def read_stream(self, events: list[bytes]) -> Answer:
        """Nobody asked for a stream."""
        raise Failure(MALFORMED, "a stream nobody asked for")

    def speaks(self, event: bytes) -> bool:
        """No event is expected."""
        return False

    def failed(self, body: bytes, status: int) -> Failure:
        """What an error status means is sorted by its number."""
        return Failure(None, status=status)
