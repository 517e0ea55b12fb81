"""`lianfang up` (启动): database, tables, first-start data, web and worker, kept running until Ctrl-C."""

from __future__ import annotations

import argparse
import os
import signal
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
from lianfang.interfaces.server.reach import LOOPBACK, answers, free_port, names
from lianfang.interfaces.server.state import environment, keeping, state_folder
from lianfang.interfaces.server.supervisor import Stopped, Supervisor, stop_signals
from lianfang.interfaces.server.trouble import FAILED, CannotRun, say

ANOTHER_COMMAND_SECONDS: Final = 30.0
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


def _serve(state: Path, host: str, port: int, demo: str | None) -> None:
    leftovers.clear(state, say)
    reached = names(host)
    address = f"http://{reached[0]}:{port}"
    with _database(state) as (url, cluster):
        os.environ.update({**environment(state, url), "LIANFANG_ADDRESS": address, SUPERVISED: "1"})
        os.environ.setdefault("LIANFANG_HOSTS", ",".join(reached))
        say("Bringing the tables up to date …")
        _run_once(programs.MIGRATE, {"LIANFANG_ROLE": "owner"}, "The tables could not be brought up to date")
        os.environ["LIANFANG_COLLECTED"] = "true"
        _run_once(programs.COLLECT, {}, "The files of the pages could not be laid out")
        lines = _run_once((*FIRST_START, *([demo] if demo else [])), {}, "The first start could not be prepared")
        supervisor = Supervisor(state, cluster, [programs.web(host, port), programs.worker()], address=address)
        supervisor.run(lambda: answers(reached[0], port), lambda: _announce(reached, port, lines))


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


def _announce(reached: list[str], port: int, lines: str) -> None:
    others = [f"From other machines: http://{name}:{port}\n" for name in reached if name not in LOOPBACK][-1:]
    here = f"Lianfang (联防) is running at http://{reached[0]}:{port}\n"
    print(f"\n{here}{''.join(others)}{lines}Ctrl-C stops it.", flush=True)


def _runs_already(state: Path) -> str:
    note = leftovers.noted(state)
    where = f" (process {note['supervisor']}, {note['address']})" if note else ""
    return f"Lianfang already runs on {state}{where}. Stop it first, or choose another folder with --data DIR."


def _port(given: str) -> int:
    if not (given.isdecimal() and int(given) <= LARGEST_PORT):
        raise argparse.ArgumentTypeError(f"{given!r} is not a port; give a number from 0 to {LARGEST_PORT}")
    return int(given)
