"""A node to back up (待备份的节点): filled by the product's own actions, in a database of its own."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import connections

from lianfang.capabilities.checkin.intake import receive_answer, receive_roll_call
from lianfang.capabilities.daily_report.intake import receive_report
from lianfang.interfaces.commands.main import main
from lianfang.interfaces.server import proofs
from lianfang.interfaces.server.dropping import drop_database
from lianfang.interfaces.server.keyring import MADE
from lianfang.interfaces.server.state import DEFAULT_STATE
from lianfang.kernel import clock
from lianfang.kernel.accounts.ops import invite, new_token
from lianfang.kernel.dues.ops import open_day
from lianfang.kernel.people.models import Person
from lianfang.kernel.reporting.board import board
from lianfang.kernel.reporting.forms import DAILY, form_on
from lianfang.kernel.reporting.models import Receipt
from lianfang.kernel.reporting.tally import differences, open_tallies
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.database import TEMPLATE
from tests.make import DAY, at

# The run's own server and keys, before the fixtures of this folder put the environment out of sight.
SERVER = os.environ["LIANFANG_TEST_SERVER"]
KEYS = {name: os.environ[name] for name in MADE}
NUMBER = "110101200003070000"
COUNTED = "SELECT count(*) FROM {}"
DAMAGE = """
DELETE FROM reporting_answer; DELETE FROM reporting_receipt; DROP TABLE reporting_tally CASCADE;
UPDATE people_person SET name = 'x', number_sealed = ''; DELETE FROM audit_event;
"""


@dataclass(frozen=True, slots=True)
class Node:
    """A node whose database is on the run's server: its state folder, its address, and a backup with its key."""

    state: Path
    url: str
    file: Path
    key: Path

    def run(self, *words: str) -> int:
        """The command on this node."""
        return main([*words, "--data", str(self.state), "--key-file", str(self.key)])


def to(database: str) -> str:
    """The address of a database of the run's server."""
    return urlunsplit(urlsplit(SERVER)._replace(path=f"/{database}"))


def execute(url: str, statement: str) -> list[Any]:
    """Runs statements; the rows of the last one."""
    with psycopg.connect(url, autocommit=True) as database:
        done = database.execute(statement)
        while done.nextset():
            pass
        return done.fetchall() if done.description else []


def use(database: str) -> None:
    """Django works on this database from here on."""
    connections.close_all()
    connections["default"].settings_dict["NAME"] = database


def school() -> Any:
    """A county with a school, a class that reported, and a division that said there was nothing to report."""
    county = make.root("N1", "county")
    school = make.unit(county, "S1", "school")
    room = make.unit(school, "S1-K1", "class")
    pupils = [make.member(room, number=NUMBER, name="张伟"), *make.members(room, 11)]
    with clock.at(at(6)), within(EVERYTHING):
        open_day(DAY)
        open_tallies(DAY)
    with clock.at(at(16, 5)):
        report(school, room, pupils)
    return county


def report(school: Any, room: Any, pupils: list[Person]) -> None:
    """What came in by half past four."""
    with make.acting(make.actor(room, "class_head")) as head:
        ill = make.answer(pupils[0], room, state="unwell", temperature="38.1", symptoms=["fever"])
        receive_answer(head, ill, channel="json")
        call = {"key": "roll-call-1", "unit": "S1-K1", "day": str(DAY), "slot": "am", "observed_by": "head"}
        receive_roll_call(head, {**call, "exceptions": [], "everyone_else": "well"}, channel="json")
    with make.acting(make.actor(school, "duty_officer")) as officer:
        counts = {"expected": 12, "present": 12, "absent": 0, "fever": 1, "tested": 0, "confirmed": 0}
        raw = {"key": "unit-report-1", "unit": "S1", "day": str(DAY), **counts}
        receive_report(officer, raw, channel="json")
    who = make.account(school, "officer", "somebody")
    with within(EVERYTHING):
        new_token(who)
        invite(who)


def books(county: Any) -> dict[str, Any]:
    """What must be the same after a restore: receipts, the board, the counters, and a number that opens."""
    with clock.at(at(17)), within(EVERYTHING):
        seen = board(county, form_on(DAILY, DAY), DAY)
        return {
            "receipts": sorted(Receipt.objects.values_list("id", "key", "hash", "received_at")),
            "counts": seen.counts,
            "people": seen.people,
            "totals": {name: str(total) for name, total in seen.totals.items()},
            "missing": [due.unit.code for due in seen.missing],
            "differences": differences(DAY),
            "number": Person.objects.get(name="张伟").number.open(),
        }


@pytest.fixture(scope="module")
def county_node(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Iterator[tuple[Node, Any]]:
    """The node, filled by the product's own actions; Django works on its database for the tests of this file."""
    name = own_name()
    state = tmp_path_factory.mktemp("node")
    (state / "keys").mkdir()
    for key, text in KEYS.items():
        (state / "keys" / key.lower()).write_text(text + "\n")
    with psycopg.connect(SERVER, autocommit=True) as owner:
        owner.execute("SELECT pg_advisory_lock(1)")  # a template can be copied by one at a time
        owner.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    before = connections["default"].settings_dict["NAME"]
    with django_db_blocker.unblock():
        use(name)
        county = school()
        connections.close_all()
        outside = tmp_path_factory.mktemp("disk")
        yield Node(state, to(name), outside / "first.backup", outside / "key"), county
        use(before)
    drop_all()


def drop_all() -> None:
    """The node's database and whatever restores kept or left."""
    with psycopg.connect(SERVER, autocommit=True) as owner:
        for left in databases():
            drop_database(owner, left)


@contextmanager
def proving(node: Node) -> Iterator[dict[str, Any]]:
    """Keeps the figures of the block as the proof of the promise, as broken when the block fails."""
    figures: dict[str, Any] = {}
    held = False
    try:
        yield figures
        held = True
    finally:
        proofs.record(proofs.file_of(node.state), proofs.Proof("backup", datetime.now(UTC), held, figures))


def own_name() -> str:
    """What this process calls its node's database; tests that run beside it have others."""
    return f"backup_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


def databases() -> set[str]:
    """The names of this node's databases: its own, and those that restores kept or left."""
    found = execute(SERVER, "SELECT datname FROM pg_database")
    return {name for (name,) in found if name == own_name() or name.startswith(f"{own_name()}_")}


@pytest.fixture
def node(county_node: tuple[Node, Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Node]:
    """The node with its first backup."""
    made, _ = county_node
    monkeypatch.setenv("DATABASE_URL", made.url)
    if not os.environ.get(proofs.VARIABLE):  # where `doctor` finds it: the folder that `make run` uses
        monkeypatch.setenv(proofs.VARIABLE, str(Path(__file__).parents[2] / DEFAULT_STATE / proofs.FILE))
    if not made.file.exists():
        assert made.run("backup", str(made.file), "--make-key") == 0
    yield made
    connections.close_all()


@pytest.fixture
def county(county_node: tuple[Node, Any]) -> Any:
    """The county of the node."""
    return county_node[1]


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The JSON object that was printed."""
    printed: dict[str, Any] = json.loads(capsys.readouterr().out)
    return printed
