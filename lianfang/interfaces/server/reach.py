"""Under which names this machine is reached (访问地址), and whether a port can be had."""

from __future__ import annotations

import http.client
import ipaddress
import socket
from typing import Final

from lianfang.interfaces.server.trouble import CannotRun

PROBE_SECONDS: Final = 1.0
LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")
SOMEWHERE_ELSE: Final = ("192.0.2.1", 9)  # an address for documentation (RFC 5737); nothing is sent to it


def free_port(host: str, port: int) -> int:
    """`port` when it can be listened on, any free one for 0. Raises CannotRun naming what is in the way."""
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return int(probe.getsockname()[1])
    except OSError as failure:
        raise CannotRun(
            f"Port {port} on {host} cannot be listened on: {failure.strerror}. Choose another with --port; 0 takes any."
        ) from failure


def names(host: str) -> list[str]:
    """The names under which a server that listens on `host` is opened, the nearest first, as in an address."""
    if not _unspecified(host):
        return [_bracketed(host), *(name for name in LOOPBACK if _loopback(host) and name != _bracketed(host))]
    nearest = ["[::1]", "127.0.0.1"] if host == "::" else ["127.0.0.1", "[::1]"]
    return [*nearest, "localhost", socket.gethostname().lower(), *_own_address()]


def answers(name: str, port: int) -> bool:
    """Whether the web door answers anything at all."""
    connection = http.client.HTTPConnection(name.strip("[]"), port, timeout=PROBE_SECONDS)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _own_address() -> list[str]:
    """The address by which this machine would speak to others; none when it is on no network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as speaker:
        try:
            speaker.connect(SOMEWHERE_ELSE)
        except OSError:
            return []
        return [str(speaker.getsockname()[0])]


def _unspecified(host: str) -> bool:
    return host in {"", "0.0.0.0", "::"}  # noqa: S104  recognised, not listened on


def _loopback(host: str) -> bool:
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
