"""The checks of `doctor` (体检项目), from the baseline of servers and deployment in the security design.

Each looks for itself and says what it saw; one that cannot look has failed.
"""

from __future__ import annotations

import ipaddress
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from lianfang.interfaces.server import backup_record
from lianfang.interfaces.server.place import place_of
from lianfang.interfaces.web.health import SILENT_AFTER
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.alerts.models import Heartbeat
from lianfang.kernel.crypto import UnusableKey, keys_in_use
from lianfang.kernel.database.base import APP
from lianfang.kernel.faults import SWITCH
from lianfang.kernel.policies import drills
from lianfang.kernel.scope import EVERYTHING, within

State = Literal["ok", "warn", "fail"]

SHORTEST_SECRET = 32  # characters
FILLING_DISK, FULL_DISK = 0.8, 0.9  # of its room; security design, 4.3
FURTHEST_CLOCK = timedelta(seconds=2)
OLDEST_BACKUP = timedelta(hours=24)
OLDEST_DRILL = timedelta(days=7)
HOURS_SAID = 72  # beyond that, days
# Accounts are read when somebody signs in, before there is any scope; the column names the person, and holds no more.
UNFENCED = frozenset({"accounts_account"})
USUAL_NAMES = ("admin", "administrator", "root", "test", "demo", "guest", "user", "lianfang")
USUAL_PASSWORDS = ("admin", "123456", "password", "lianfang", "demo")


@dataclass(frozen=True, slots=True)
class Check:
    """What one check found: its name, how it stands, what was seen, and what to do about it."""

    name: str
    state: State
    said: str
    advice: str = ""

    def shown(self) -> dict[str, Any]:
        """As the JSON has it."""
        return asdict(self)


Look = Callable[[], Check]
LOOKS: dict[str, Look] = {}


def look(name: str) -> Callable[[Callable[[], tuple[State, str, str]]], Look]:
    """Add a check of this name; it returns state, what was seen, and what to do unless all is well."""

    def add(seen: Callable[[], tuple[State, str, str]]) -> Look:
        def check() -> Check:
            try:
                with transaction.atomic():
                    state, said, advice = seen()
            except (DatabaseError, OSError) as failure:
                return Check(name, "fail", f"This could not be looked at: {str(failure).strip()}")
            return Check(name, state, said, "" if state == "ok" else advice)

        LOOKS[name] = check
        return check

    return add


def examine() -> list[Check]:
    """All checks, in the order in which they stand here."""
    return [check() for check in LOOKS.values()]


@look("debug")
def _debug() -> tuple[State, str, str]:
    on = settings.DEBUG
    return "fail" if on else "ok", f"DEBUG is {'on' if on else 'off'}.", "Unset LIANFANG_DEBUG."


@look("keys")
def _keys() -> tuple[State, str, str]:
    try:
        keys_in_use()
    except UnusableKey as wrong:
        return "fail", str(wrong), "Bring the keys back from your backup; `lianfang up` makes them only once."
    if len(settings.SECRET_KEY) < SHORTEST_SECRET:
        advice = "Set LIANFANG_SECRET_KEY to a long random text, or let `lianfang up` make one."
        return "fail", "The secret key is short enough to be guessed.", advice
    return "ok", "Field, index and secret key are there.", ""


@look("database role")
def _role() -> tuple[State, str, str]:
    role, owner, above = _row(
        "SELECT current_user, (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'orgs_unit'::regclass),"
        " (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user)"
    )
    if role == owner or above:
        return "fail", f"The program acts as {role}, for whom row-level security does not hold.", f"It must be {APP}."
    return "ok", f"Pages and API act as {role}; the tables belong to {owner}.", ""


@look("row-level security")
def _fences() -> tuple[State, str, str]:
    tables = _rows(
        "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'"
        " WHERE c.relkind IN ('r', 'p') AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid"
        " AND a.attname IN ('unit_id', 'person_id') AND NOT a.attisdropped) ORDER BY 1"
    )
    open_ones = [name for name, fenced in tables if not fenced and name not in UNFENCED]
    if open_ones:
        return (
            "fail",
            f"Not fenced in: {', '.join(open_ones)}.",
            "Run `lianfang manage migrate`; report it if it stays.",
        )
    return "ok", f"Forced on all {len(tables) - len(UNFENCED)} tables of units and persons.", ""


@look("migrations")
def _migrations() -> tuple[State, str, str]:
    executor = MigrationExecutor(connection)
    waiting = [f"{m.app_label}.{m.name}" for m, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    if waiting:
        return "fail", f"Not applied: {', '.join(waiting)}.", "Run `lianfang manage migrate`."
    return "ok", "All are applied.", ""


@look("checksums")
def _checksums() -> tuple[State, str, str]:
    advice = "Stop the server and run pg_checksums --enable; a damaged page is then noticed."
    on = _setting("data_checksums") == "on"
    return "ok" if on else "fail", f"Page checksums are {'on' if on else 'off'}.", advice


@look("durability")
def _durability() -> tuple[State, str, str]:
    off = [name for name in ("fsync", "synchronous_commit", "full_page_writes") if _setting(name) == "off"]
    if off:
        return (
            "fail",
            f"Off: {', '.join(off)}. An acknowledged report can be lost.",
            "Switch them on in postgresql.conf.",
        )
    return "ok", "What is acknowledged is on disk.", ""


@look("archive")
def _archive() -> tuple[State, str, str]:
    if _setting("archive_mode") == "off":
        return "warn", "No archive of changes is kept.", "Back up often; see the chapter on backups."
    return "ok", "Changes are archived.", ""


@look("backup")
def _backup() -> tuple[State, str, str]:
    newest = backup_record.newest(settings.LIANFANG_STATE, "backups")
    advice = "`lianfang backup FILE --key-file KEY` every night, onto another disk; see the chapter on backups."
    if newest is None:
        return "warn", "There has never been a backup.", advice
    age = datetime.now(UTC) - newest["at"]
    said = f"The newest is {_hours(age)} old and holds {newest['rows']} rows and {newest['receipts']} receipts."
    return "ok" if age <= OLDEST_BACKUP else "warn", said, advice


@look("restore drill")
def _drill() -> tuple[State, str, str]:
    newest = backup_record.newest(settings.LIANFANG_STATE, "drills")
    advice = "`lianfang restore FILE --drill` proves that a backup can be restored; it touches nothing."
    if newest is None:
        return "warn", "No backup has ever been tried out here.", advice
    age = datetime.now(UTC) - newest["at"]
    said = f"The last was {_hours(age)} ago: {newest['rows']} rows in {newest['seconds']} s, equal in every table."
    return "ok" if age <= OLDEST_DRILL else "warn", said, advice


def _hours(age: timedelta) -> str:
    hours = int(age.total_seconds() // 3600)
    return f"{hours} hours" if hours < HOURS_SAID else f"{age.days} days"


@look("disk")
def _disk() -> tuple[State, str, str]:
    folders = (settings.LIANFANG_STATE, place_of(settings.LIANFANG_STATE).home)  # the database may lie elsewhere
    used = max((shutil.disk_usage(_nearest(folder)) for folder in folders), key=lambda disk: disk.used / disk.total)
    share = used.used / used.total
    said = f"{share:.0%} of the disk of state and database is used, {used.free // 2**30} GiB are free."
    state: State = "ok" if share <= FILLING_DISK else "warn" if share <= FULL_DISK else "fail"
    return state, said, "Make room: a full disk refuses every report."


def _nearest(folder: Path) -> Path:
    return folder if folder.exists() else _nearest(folder.parent)


@look("fault switch")
def _faults() -> tuple[State, str, str]:
    on = SWITCH in os.environ
    said = "on: processes die where a test orders it" if on else "off"
    return "fail" if on else "ok", f"The tests' switch is {said}.", f"Unset {SWITCH}."


@look("worker")
def _worker() -> tuple[State, str, str]:
    with within(EVERYTHING):
        beat = Heartbeat.objects.filter(process="worker").first()
    advice = "Start it with `lianfang up`, or `lianfang watch` beside your own web server."
    if beat is None:
        return "warn", "No worker has ever been heard of; nothing is opened or reminded.", advice
    silent = datetime.now(UTC) - beat.at
    said = f"Heard of {max(0, int(silent.total_seconds()))} seconds ago."
    return "ok" if silent < SILENT_AFTER else "fail", said, advice


@look("clock")
def _clock() -> tuple[State, str, str]:
    before = datetime.now(UTC)
    (theirs,) = _row("SELECT clock_timestamp()")
    apart = max(before - theirs, theirs - datetime.now(UTC), timedelta(0))
    if apart > FURTHEST_CLOCK:
        return "fail", f"This machine and the database are {apart.total_seconds():.0f} s apart.", "Let both follow NTP."
    if drills.current_offset():
        return "warn", "A drill is on: the product shows the drill's time.", "`lianfang clock real` ends it."
    return "ok", "This machine and the database agree.", ""


@look("default accounts")
def _accounts() -> tuple[State, str, str]:
    with within(EVERYTHING):
        usual = Account.objects.filter(handle__in=USUAL_NAMES, is_active=True)
        guessed = [one.handle for one in usual if any(one.check_password(p) for p in (one.handle, *USUAL_PASSWORDS))]
    if guessed:
        return "fail", f"Anybody can guess the password of {', '.join(guessed)}.", "Set another, or close the account."
    return "ok", "There is no account with a password everybody knows.", ""


@look("encryption in transit")
def _transit() -> tuple[State, str, str]:
    outside = [host for host in settings.ALLOWED_HOSTS if not _is_loopback(host)]
    if outside and not settings.SECURE:
        said = f"{', '.join(outside)} can be reached without TLS."
        return "fail", said, "Put it behind TLS and set LIANFANG_TLS=true."
    return "ok", "TLS is on." if settings.SECURE else "It is reached from this machine only.", ""


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def _row(query: str) -> tuple[Any, ...]:
    return _rows(query)[0]


def _setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        return str(cursor.fetchone()[0])
