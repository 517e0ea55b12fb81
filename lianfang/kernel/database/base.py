"""Django's PostgreSQL backend that takes a database role on connecting (数据库角色).

The login role owns the tables; pages, API and worker act as `lianfang_app`, for which row-level security holds.
Only migrations and the installer stay the owner (`LIANFANG_ROLE=owner`).
"""

from __future__ import annotations

from django.conf import settings
from django.db.backends.postgresql import base

from lianfang.kernel.database.bounds import bounds

APP, SYSTEM, OWNER = "lianfang_app", "lianfang_system", "owner"


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose role is the one that the settings name."""

    def init_connection_state(self) -> None:
        super().init_connection_state()
        if settings.LIANFANG_ROLE == OWNER:
            return
        told = bounds.get()
        with self.cursor() as cursor:
            cursor.execute(f"SET ROLE {APP}" if told is None else f"SET ROLE {APP}; {told.sql}")
        self.commit()
