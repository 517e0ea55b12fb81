"""`lianfang up` (启动): database, tables, first-start data, web and worker, kept running until Ctrl-C."""

from __future__ import annotations

import argparse
import http.client
import ipaddress
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from lianfang.interfaces.commands.main import SUPERVISED
from lianfang.interfaces.server import leftovers, programs, roles
from lianfang.interfaces.server.leash import leashed
from lianfang.interfaces.server.locks import held
from lianfang.interfaces.server.postgres import Cluster
from lianfang.interfaces.server.state import environment, keeping, state_folder
from lianfang.interfaces.server.supervisor import Stopped, Supervisor, stop_signals
from lianfang.interfaces.server.trouble import FAILED, CannotRun, say

ANOTHER_COMMAND_SECONDS: Final = 30.0
PROBE_SECONDS: Final = 1.0
LARGEST_PORT: Final = 65535
FIRST_START: Final = (sys.executable, "-m", "lianfang.interfaces.server.first_start")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See contract section 2."""
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=_port, default=8000, help="the port; 0 takes a free one (default: %(default)s)")
    parser.add_argument("--data", metavar="DIR", help="the state folder (default: LIANFANG_STATE, else ./var)")
    parser.add_argument("--demo", metavar="NAME", help="load this scenario when the database is new, e.g. 003")


def run(args: argparse.Namespace) -> int:
    """Returns 0 after a clean stop. Raises CannotRun when something stands in the way."""
    state = state_folder(args.data)
    with held(state / "up.lock") as alone:
        if not alone:
            raise CannotRun(_runs_already(state))
        port = free_port(args.host, args.port)
        with stop_signals():
            try:
                _serve(state, args.host, port, args.demo)
            except Stopped:
                leftovers.forget(state)
                say("Stopped.")
    return 0


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


def _serve(state: Path, host: str, port: int, demo: str | None) -> None:
    leftovers.clear(state, say)
    address = f"http://{_for_browser(host)}:{port}"
    with _database(state) as (url, cluster):
        variables = {**environment(state, url), "LIANFANG_ADDRESS": address, SUPERVISED: "1"}
        os.environ.update(variables)
        say("Bringing the tables up to date …")
        _run_once(programs.MIGRATE, {"LIANFANG_ROLE": "owner"}, "The tables could not be brought up to date")
        lines = _run_once((*FIRST_START, *([demo] if demo else [])), {}, "The first start could not be prepared")
        supervisor = Supervisor(state, cluster, [programs.web(host, port), programs.worker()], address=address)
        supervisor.run(lambda: answers(_for_browser(host), port), lambda: _announce(address, lines))


@contextmanager
def _database(state: Path) -> Iterator[tuple[str, Cluster | None]]:
    """The address of the external database, or of our own, which is stopped at the end."""
    given = os.environ.get("DATABASE_URL")
    if given:
        roles.ensure_roles(given)
        yield given, None
        return
    with keeping(state, wait=ANOTHER_COMMAND_SECONDS, tell=say) as ours:
        if not ours:
            raise CannotRun(
                f"Another command goes on using the database of {state}. Wait until it ends, then try again."
            )
        cluster = Cluster(state)
        try:
            cluster.start()
            yield cluster.url(), cluster
        finally:
            cluster.stop()


def _run_once(argv: tuple[str, ...], variables: Mapping[str, str], failure: str) -> str:
    """Runs a program to its end, its progress on standard error; returns what it printed. Raises CannotRun."""
    command = leashed(argv, at_death=signal.SIGTERM)
    done = subprocess.run(command, env={**os.environ, **variables}, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise CannotRun(f"{failure}; the reason is above.\n{done.stdout}".rstrip(), status=FAILED)
    return done.stdout


def answers(host: str, port: int) -> bool:
    """Whether the web door answers anything at all."""
    connection = http.client.HTTPConnection(host.strip("[]"), port, timeout=PROBE_SECONDS)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _announce(address: str, lines: str) -> None:
    print(f"\nLianfang (联防) is running at {address}\n{lines}Ctrl-C stops it.", flush=True)


def _runs_already(state: Path) -> str:
    note = leftovers.noted(state)
    where = f" (process {note['supervisor']}, {note['address']})" if note else ""
    return f"Lianfang already runs on {state}{where}. Stop it first, or choose another folder with --data DIR."


def _for_browser(host: str) -> str:
    """An address to open on this machine, for hosts that mean "all of them" too."""
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(ip, ipaddress.IPv6Address):
        return "[::1]" if ip.is_unspecified else f"[{host}]"
    return "127.0.0.1" if ip.is_unspecified else host


def _port(given: str) -> int:
    if not (given.isdecimal() and int(given) <= LARGEST_PORT):
        raise argparse.ArgumentTypeError(f"{given!r} is not a port; give a number from 0 to {LARGEST_PORT}")
    return int(given)
