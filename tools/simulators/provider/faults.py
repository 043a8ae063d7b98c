"""What goes wrong with which request, and how: in what is said, instead of it, or on its way."""

from collections.abc import Callable

from msgspec import structs

from tools.simulators.provider.conversation import Kind, Problem, Spoken
from tools.simulators.provider.draws import draw
from tools.simulators.provider.simulation import Simulation

PROBLEMS: dict[str, tuple[int, Kind, str]] = {
    "400": (400, "invalid", "The request is not valid."),
    "401": (401, "bad_key", "Incorrect API key provided."),
    "402": (402, "billing", "Insufficient Balance"),
    "403": (403, "forbidden", "This key may not use this model."),
    "404": (404, "unknown_model", "The model does not exist or you do not have access to it."),
    "413": (413, "too_large", "Request exceeds the maximum allowed number of bytes."),
    "429": (429, "rate", "Rate limit reached for this model on tokens per min (TPM). Please try again later."),
    "429-after": (429, "rate", "Rate limit reached for this model on tokens per min (TPM). Please try again later."),
    "quota": (429, "quota", "You exceeded your current quota, please check your plan and billing details."),
    "500": (500, "server", "The server had an error while processing your request."),
    "503": (503, "unavailable", "The service is temporarily unavailable."),
    "503-after": (503, "unavailable", "The service is temporarily unavailable."),
    "504": (504, "timeout", "The request timed out."),
    "529": (529, "overloaded", "Overloaded"),
    "529-after": (529, "overloaded", "Overloaded"),
}
"""Refusals with a status."""
IN_BAND = Problem("overloaded", 503, "Overloaded")
"""What is told inside a 200."""
FOREIGN = "죄송하지만 이 질문에는 한국어로만 답할 수 있습니다: 시장은 조용합니다."
SORRY = "I'm sorry, but I can't help with that request."


def befalls(simulation: Simulation, number: int) -> str | None:
    """The fault of a request, the first being number 1; None if all goes well."""
    if number <= len(simulation.fault_script):
        told = simulation.fault_script[number - 1]
        return None if told == "ok" else told
    left = draw(simulation.seed, number, "fault").random()
    for name, share in simulation.faults.items():
        left -= share
        if left < 0:
            return None if name == "ok" else name
    return None


def problem(simulation: Simulation, fault: str | None) -> Problem | None:
    """The refusal a fault comes to, if it is one."""
    if fault is None or fault not in PROBLEMS:
        return None
    status, kind, message = PROBLEMS[fault]
    return Problem(kind, status, message, simulation.retry_after if fault.endswith("-after") else None)


def misspoken(fault: str | None, said: Spoken) -> Spoken:
    """What is said when the fault lies in the saying."""
    return _MISSPOKEN[fault](said) if fault in _MISSPOKEN else said


_MISSPOKEN: dict[str | None, Callable[[Spoken], Spoken]] = {
    "empty": lambda said: Spoken(""),
    "refusal": lambda said: Spoken(SORRY, finish="refusal"),
    "content_filter": lambda said: Spoken("", finish="content_filter"),
    "length": lambda said: structs.replace(said, text=said.text[: len(said.text) // 2], calls=(), finish="length"),
    "foreign": lambda said: Spoken(FOREIGN, reasoning=said.reasoning),
    "wrong_schema": lambda said: Spoken('{"answer":"42","mood":{"calm":true}}', reasoning=said.reasoning),
}
