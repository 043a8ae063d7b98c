"""No test reaches a network: sockets connect and send to this machine only, and only its own names are resolved."""

import ipaddress
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

OWN_NAMES = {"", "localhost", socket.gethostname()}


class NetworkIsOff(RuntimeError):
    """A test tried to leave this machine."""


def stays_here(family: int, address: Any) -> bool:
    if family not in (socket.AF_INET, socket.AF_INET6) or not isinstance(address, tuple):
        return True
    host = str(address[0])
    return host in OWN_NAMES or _is_number(host, own=True)


def resolves_here(host: str | bytes | None) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    return name is None or name in OWN_NAMES or _is_number(name, own=False)


def _is_number(host: str, *, own: bool) -> bool:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return not own or address.is_loopback or address.is_unspecified


@pytest.fixture(autouse=True, scope="session")
def network_off() -> Iterator[None]:
    """Autouse for the whole session; a port that needs a server gets one on the loopback address."""
    with pytest.MonkeyPatch.context() as patch:
        for method in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, method, _guarded(getattr(socket.socket, method)))
        patch.setattr(socket, "getaddrinfo", _guarded_names(socket.getaddrinfo))
        yield


def _guarded(method: Callable[..., Any]) -> Callable[..., Any]:
    def guard(self: socket.socket, *args: Any) -> Any:
        address = args[-1]
        if not stays_here(self.family, address):
            raise NetworkIsOff(f"a test tried to reach {address!r}; give the port a fake or a local server")
        return method(self, *args)

    return guard


def _guarded_names(resolve: Callable[..., Any]) -> Callable[..., Any]:
    def guard(host: str | bytes | None, *args: Any, **kwargs: Any) -> Any:
        if not resolves_here(host):
            raise NetworkIsOff(f"a test tried to resolve {host!r}; give the port a fake or a local server")
        return resolve(host, *args, **kwargs)

    return guard
