"""`migrate` (迁移) as Django has it; a test may let it die at any statement, to prove that it can be run again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from lianfang.kernel.faults import fault


class Command(migrate.Command):
    """Brings the tables up to date."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Every statement is one pass through the place `mid_migration`."""
        with connections[options["database"]].execute_wrapper(_passing):
            super().handle(*args, **options)


def _passing(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    fault("mid_migration")
    return execute(sql, params, many, context)
