"""Dropping a database (删除数据库) that others may still hold connections to."""

from __future__ import annotations

from typing import Any, Final

import psycopg
from psycopg import sql

_END_THE_OTHERS: Final = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = %s AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


def drop_database(server: psycopg.Connection[Any], name: str) -> None:
    """Drop a database if it is there, ending the connections to it.

    Not WITH (FORCE): that would end a background cleaner at work there too, which only a superuser may; a plain DROP
    makes it go by itself.
    """
    server.execute(_END_THE_OTHERS, [name])
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
