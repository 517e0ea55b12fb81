"""Row-level security, declared (行级权限): the statements a migration runs to fence a table in, failing closed.

Scope is set per transaction by `kernel.scope`; unset or empty means no rows. Two settings are read:
`app.scope` (units whose figures may be seen), `app.person_scope` (units whose people may be seen) and
`app.exchange_scope` (units whose exchange of cases with another authority may be seen), each a comma-separated list of
slash-ended unit paths; `app.persons` lists the persons one is or answers for.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

from lianfang.kernel.database.base import APP, SYSTEM


def _paths(setting: str) -> str:
    return f"unnest(string_to_array(nullif(current_setting('{setting}', true), ''), ',')) AS p"


def _under(column: str) -> str:
    return f"""({column} >= p AND {column} < left(p, -1) || '0')"""


def within_units(setting: str, column: str = "unit_id") -> str:
    """The condition that `column` names a unit of the current tree inside the scope."""
    return (
        f"{column} IN (SELECT u.id FROM orgs_unit u, {_paths(setting)}"
        f" WHERE p <> '' AND ({_under('u.path')} OR {_under('u.sector_path')}))"
    )


def within_paths(setting: str) -> str:
    """The condition that the row's own path, kept from its day, lies inside the scope."""
    return f"EXISTS (SELECT 1 FROM {_paths(setting)} WHERE p <> '' AND ({_under('path')} OR {_under('sector_path')}))"


def among_persons(column: str = "person_id") -> str:
    """The condition that the row is about oneself or somebody one answers for."""
    persons = "string_to_array(nullif(current_setting('app.persons', true), ''), ',')"
    return f"{column}::text = ANY({persons})"


def fence(
    table: str, condition: str, *, write: str | None = None, grants: str = "SELECT, INSERT, UPDATE"
) -> migrations.RunSQL:
    """Force row-level security on `table`: the application sees `condition`, and writes where `write` holds."""
    check = write or condition
    forward: list[Any] = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY scoped ON {table} TO {APP} USING ({condition}) WITH CHECK ({check})",
        f"CREATE POLICY everything ON {table} TO {SYSTEM} USING (true) WITH CHECK (true)",
        f"GRANT {grants} ON {table} TO {APP}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {SYSTEM}",
    ]
    backward: list[Any] = [
        f"REVOKE ALL ON {table} FROM {APP}, {SYSTEM}",
        f"DROP POLICY scoped ON {table}",
        f"DROP POLICY everything ON {table}",
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    ]
    return migrations.RunSQL(forward, backward)


def open_table(table: str, grants: str = "SELECT, INSERT, UPDATE, DELETE") -> migrations.RunSQL:
    """Grants for a table that holds nothing of a unit or a person (sessions, forms, the tree itself)."""
    return migrations.RunSQL(
        [f"GRANT {grants} ON {table} TO {APP}", f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {SYSTEM}"],
        [f"REVOKE ALL ON {table} FROM {APP}, {SYSTEM}"],
    )
