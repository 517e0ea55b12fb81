"""`migrate` (迁移) as Django has it, but each step and the note of it are one; it may be killed and run again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from django.core.management.commands import migrate
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor

from lianfang.interfaces.api.management.fewer_models import only_what_changed
from lianfang.kernel.faults import fault


class _Executor(MigrationExecutor):
    """Keeps a step and the note that it was done in one transaction.

    Django notes a step that leaves statements for its end (foreign keys, indexes) only after it was committed: killed
    between the two, the next run would find the tables there and the note missing.
    """

    def apply_migration(self, state: Any, migration: Any, fake: bool = False, fake_initial: bool = False) -> Any:
        together = transaction.atomic(self.connection.alias) if migration.atomic else nullcontext()
        with together:
            return super().apply_migration(state, migration, fake=fake, fake_initial=fake_initial)


class Command(migrate.Command):
    """Brings the tables up to date."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Every statement is one pass through the place `mid_migration`, where a test may let it die."""
        before, migrate.MigrationExecutor = migrate.MigrationExecutor, _Executor  # type: ignore[attr-defined]
        try:
            with connections[options["database"]].execute_wrapper(_passing), only_what_changed():
                super().handle(*args, **options)
        finally:
            migrate.MigrationExecutor = before  # type: ignore[attr-defined]


def _passing(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    fault("mid_migration")
    return execute(sql, params, many, context)
