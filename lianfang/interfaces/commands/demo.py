"""`lianfang demo NAME` (情景复演): replays a scenario in a database of its own and compares every total."""

from __future__ import annotations

import argparse
import gc
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, LiteralString
from urllib.parse import urlsplit, urlunsplit

from psycopg import sql

from lianfang.demo import script
from lianfang.interfaces.commands.main import SUPERVISED
from lianfang.interfaces.server import programs, roles
from lianfang.interfaces.server.dropping import drop_database
from lianfang.interfaces.server.leash import leashed
from lianfang.interfaces.server.state import database_for, state_folder
from lianfang.interfaces.server.trouble import FAILED, CannotRun, say

_SELDOM: Final = 50_000
"""New objects before the collector looks for cycles: a replay makes millions of rows that go by themselves."""
LEFT_OPEN: Final = (sys.executable, "-m", "lianfang", "up", "--port", "0")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See contract section 2."""
    parser.add_argument("name", metavar="NAME", help="the scenario: 000 … 004")
    parser.add_argument("--json", action="store_true", help="print one JSON object on standard output")
    parser.add_argument(
        "--keep",
        action="store_true",
        help="keep the database; without --json also open it for exploring, until Ctrl-C",
    )
    parser.add_argument("--data", metavar="DIR", help="the state folder (default: LIANFANG_STATE, else ./var)")


def run(args: argparse.Namespace) -> int:
    """Returns 0 when every covered total is as expected, else 1. Raises CannotRun for a scenario that is not there."""
    _check_built(args.name)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianfang.settings")
    state = state_folder(args.data)
    with database_for(state) as database, _own(database.url, args) as own:
        outcome = _replayed(args.name)
        _print(outcome, urlsplit(own).path.lstrip("/"), as_json=args.json, kept=args.keep)
        if args.keep and not args.json:
            _explore(own, state)
    return 0 if outcome.passes else FAILED


def _check_built(name: str) -> None:
    if name in script.PLANNED:
        built = ", ".join(script.BUILT)
        raise CannotRun(f"Scenario {name} is not built yet; there are {built}.")
    if name not in script.BUILT:
        known = ", ".join(sorted((*script.BUILT, *script.PLANNED)))
        raise CannotRun(f"There is no scenario {name!r}; there are {known}.")


@contextmanager
def _own(server: str, args: argparse.Namespace) -> Iterator[str]:
    """The address of a fresh, migrated database for this replay, which is dropped at the end unless it is kept."""
    name = f"demo_{args.name}_{os.getpid()}"
    url = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    _on(server, "CREATE DATABASE {}", name)
    # A replay can be repeated, so it need not wait for the disk.
    _on(server, "ALTER DATABASE {} SET synchronous_commit TO off", name)
    os.environ["DATABASE_URL"] = url
    try:
        say("Making a database of its own …")
        _migrate()
        yield url
    finally:
        os.environ["DATABASE_URL"] = server
        if not args.keep:
            with roles.connection(server) as opened:
                drop_database(opened, name)


def _on(server: str, statement: LiteralString, name: str) -> None:
    with roles.connection(server) as opened:
        opened.execute(sql.SQL(statement).format(sql.Identifier(name)))


def _migrate() -> None:
    command = leashed(programs.MIGRATE, at_death=signal.SIGTERM)
    environment = {**os.environ, "LIANFANG_ROLE": "owner"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as making:
        _load()  # this process reads the product meanwhile
        told, _ = making.communicate()
    if making.returncode != 0:
        raise CannotRun(f"The tables could not be made; the reason is above.\n{told}".rstrip(), status=FAILED)


def _load() -> None:
    """Read everything that a replay needs, and keep it out of the way of the collector of what is no longer used."""
    import django  # noqa: PLC0415  settings need the database's address

    django.setup()
    import lianfang.demo.replay  # noqa: PLC0415
    import lianfang.interfaces.worker.sweep  # noqa: F401, PLC0415

    gc.freeze()
    gc.set_threshold(_SELDOM)


def _replayed(name: str) -> script.Outcome:
    from django.db import connections  # noqa: PLC0415  set up by `_load`

    from lianfang.demo.replay import replay  # noqa: PLC0415
    from lianfang.interfaces.worker.sweep import Worker  # noqa: PLC0415

    say(f"Replaying scenario {name} …")
    try:
        return replay(name, Worker().sweep)
    finally:
        connections.close_all()


def _print(outcome: script.Outcome, database: str, *, as_json: bool, kept: bool) -> None:
    if as_json:
        print(json.dumps({**outcome.as_json(), **({"database": database} if kept else {})}, ensure_ascii=False))
        return
    for finding in outcome.findings:
        print(_line(finding))
    for name, waits_for in outcome.partial.items():
        print(f"later {name}: waits for {waits_for}")


def _line(finding: script.Finding) -> str:
    verdict = "pass " if finding.passes else "FAIL "
    names = f" ({', '.join(finding.names)})" if finding.names else ""
    if finding.passes:
        return f"{verdict} {finding.name}: {finding.got}{names}"
    return f"{verdict} {finding.name}: {finding.got}{names}, expected {finding.expected}"


def _explore(url: str, state: Path) -> None:
    """Pages and worker on the replayed database, with the clock where the story ended."""
    say("The replay is over; its pages open now. Ctrl-C ends them and keeps the database.")
    environment = {name: value for name, value in os.environ.items() if name != SUPERVISED}
    folder = state / "demos"
    folder.mkdir(exist_ok=True)
    command = leashed([*LEFT_OPEN, "--data", str(folder)], at_death=signal.SIGTERM)
    try:
        subprocess.run(command, env={**environment, "DATABASE_URL": url}, check=False)
    except KeyboardInterrupt:
        say("Closed.")
