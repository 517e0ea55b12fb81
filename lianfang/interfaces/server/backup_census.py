"""What a database holds, counted (清点): rows and a digest for each table, receipts, and what it was written by.

Taken in the snapshot that is backed up, and again from what was restored: the two must be equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final

import psycopg
from psycopg import sql

from lianfang import __version__
from lianfang.interfaces.server.backup_seal import Unreadable
from lianfang.interfaces.server.roles import STEPPED_DOWN_TO
from lianfang.interfaces.server.trouble import FAILED, CannotRun
from lianfang.kernel.crypto import KeyRing

FORMAT: Final = 1
RECEIPTS: Final = "reporting_receipt"
# Whoever signs in again after a restore does so with what they know now: open sessions are not carried along.
LEFT_OUT: Final = ("django_session",)
SYSTEM: Final = STEPPED_DOWN_TO[1]

# A row's digest is that of its text, so everything that the text depends on is fixed.
_WORDING: Final = (
    "SET TIME ZONE 'UTC'; SET datestyle = 'iso, ymd'; SET intervalstyle = 'iso_8601'; SET bytea_output = 'hex';"
    " SET extra_float_digits = 1; SET search_path = pg_catalog, public"
)
_TABLES: Final = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
 ORDER BY 1, 2
"""
# Of tables whose rows are fenced even against us, those for which no policy shows us every row.
_HIDDEN: Final = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p') AND n.nspname = 'public' AND row_security_active(c.oid)
   AND NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive AND p.polcmd IN ('*', 'r')
       AND pg_get_expr(p.polqual, p.polrelid) = 'true'
       AND EXISTS (SELECT 1 FROM unnest(p.polroles) r WHERE r = 0 OR pg_has_role(r, 'USAGE')))
 ORDER BY 1
"""
_SEALED: Final = """
SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
 WHERE c.relkind = 'r' AND a.attname LIKE '%\\_sealed' AND NOT a.attisdropped ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Census:
    """`tables`: for each its number of rows and the digest of them; `migrations`: those applied, as app.name."""

    format: int
    release: str
    server: str
    taken_at: str
    migrations: tuple[str, ...]
    tables: Mapping[str, tuple[int, str]]
    receipts: int
    newest_receipt: str | None

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(rows for rows, _ in self.tables.values())

    def shown(self) -> dict[str, Any]:
        """As it is written into the file."""
        return asdict(self)


def read(fields: Mapping[str, Any]) -> Census:
    """The census written in a file. Raises Unreadable for a format that is not known here."""
    if fields.get("format") != FORMAT:
        raise Unreadable("This backup was written by a newer release of Lianfang. Install that release, then restore.")
    tables = {name: (int(rows), str(digest)) for name, (rows, digest) in fields["tables"].items()}
    return Census(**{**fields, "tables": tables, "migrations": tuple(fields["migrations"])})


def taken(database: psycopg.Connection) -> Census:
    """Counts every table, in the transaction under way. Raises CannotRun when rows are hidden from this user."""
    check_sees_everything(database)
    database.execute(_WORDING)
    names = [(str(schema), str(table)) for schema, table in database.execute(_TABLES) if table not in LEFT_OUT]
    tables = {_called(*name): _counted(database, *name) for name in names}
    number, newest = _receipts(database) if RECEIPTS in tables else (0, None)
    return Census(
        format=FORMAT,
        release=__version__,
        server=str(database.info.parameter_status("server_version")),
        taken_at=datetime.now(UTC).isoformat(timespec="seconds"),
        migrations=_migrations(database) if "django_migrations" in tables else (),
        tables=tables,
        receipts=number,
        newest_receipt=newest,
    )


def differences(wanted: Census, found: Census) -> list[str]:
    """What is not as it should be, in words; empty when both hold the same."""
    lines = []
    for name in sorted({*wanted.tables, *found.tables}):
        should, does = wanted.tables.get(name), found.tables.get(name)
        if should is None or does is None:
            lines.append(f"{name}: {'not expected' if should is None else 'missing'}")
        elif should[0] != does[0]:
            lines.append(f"{name}: {should[0]} rows expected, {does[0]} found")
        elif should[1] != does[1]:
            lines.append(f"{name}: {should[0]} rows, but not with the same content")
    return lines


def check_sees_everything(database: psycopg.Connection) -> None:
    """Raises CannotRun when row-level security hides rows from this user: a backup would silently lack them."""
    hidden = [name for (name,) in database.execute(_HIDDEN)]
    if hidden:
        raise CannotRun(
            f"The user {database.info.user} does not see all rows of {', '.join(hidden)}. Let the administrator of that"
            f' server run: GRANT {SYSTEM} TO "{database.info.user}";'
        )


def check_keys_open(database: psycopg.Connection, ring: KeyRing) -> None:
    """Raises CannotRun when a sealed value names a key that is not among these: the backup could not be read."""
    for table, column in database.execute(_SEALED).fetchall():
        name = sql.Identifier(column)
        query = sql.SQL("SELECT DISTINCT split_part({}, '.', 2) FROM public.{} WHERE {} <> ''")
        used = {key for (key,) in database.execute(query.format(name, sql.Identifier(table), name))}
        if not used <= set(ring.keys):
            unknown = ", ".join(sorted(used - set(ring.keys)))
            raise CannotRun(
                f"The keys do not open what is sealed in {table}.{column}: the key {unknown} is missing."
                " Bring it back first; without it those values are lost, in a backup too.",
                status=FAILED,
            )


def _counted(database: psycopg.Connection, schema: str, table: str) -> tuple[int, str]:
    """Rows, and the sum of their digests: it does not depend on the order of the rows."""
    query = sql.SQL(
        "SELECT count(*), coalesce(sum(('x' || left(md5(r::text), 16))::bit(64)::bigint), 0) FROM ONLY {} r"
    ).format(sql.Identifier(schema, table))
    row = database.execute(query).fetchone()
    assert row is not None  # noqa: S101  an aggregate always gives a row
    return int(row[0]), str(row[1])


def _receipts(database: psycopg.Connection) -> tuple[int, str | None]:
    row = database.execute(f"SELECT count(*), max(received_at) FROM public.{RECEIPTS}").fetchone()
    assert row is not None  # noqa: S101
    return int(row[0]), row[1].isoformat() if row[1] else None


def _migrations(database: psycopg.Connection) -> tuple[str, ...]:
    return tuple(
        f"{app}.{name}" for app, name in database.execute("SELECT app, name FROM django_migrations ORDER BY 1, 2")
    )


def _called(schema: str, table: str) -> str:
    return table if schema == "public" else f"{schema}.{table}"
