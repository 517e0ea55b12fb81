"""The tests' own PostgreSQL (测试数据库): one server a run, one database a worker, copied from a migrated template.

Loaded before Django is set up (`-p tests.database`), because settings need the address of the database.
`LIANFANG_TEST_SERVER` names a server to use instead of starting one (the leg on an older PostgreSQL).
"""

from __future__ import annotations

import atexit
import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from urllib.parse import urlsplit, urlunsplit

import psycopg

TEMPLATE = "lianfang_template"


def _key(letter: bytes) -> str:
    return base64.b64encode(hashlib.sha256(letter).digest()).decode()


def _named(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _start_server() -> str:
    """The address of a server for this run; the run that starts it stops it."""
    given = os.environ.get("LIANFANG_TEST_SERVER")
    if given:
        return given
    from lianfang.interfaces.server.postgres import test_cluster

    opened = test_cluster()
    cluster = opened.__enter__()
    atexit.register(opened.__exit__, None, None, None)
    url = cluster.url("postgres")
    os.environ["LIANFANG_TEST_SERVER"] = url
    return url


def _state_of_this_run() -> str:
    """A folder for what the product keeps beside its database; the run that makes it removes it."""
    folder = tempfile.mkdtemp(prefix="lianfang-state-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _make_template(server: str) -> None:
    with psycopg.connect(server, autocommit=True) as owner:
        owner.execute(f"DROP DATABASE IF EXISTS {TEMPLATE}")
        owner.execute(f"CREATE DATABASE {TEMPLATE}")
    environment = {**os.environ, "DATABASE_URL": _named(server, TEMPLATE), "LIANFANG_ROLE": "owner"}
    subprocess.run([sys.executable, "-m", "django", "migrate", "-v", "0"], env=environment, check=True)
    with psycopg.connect(_named(server, TEMPLATE), autocommit=True) as owner:
        # Tests that commit are cleaned up by truncation, which the product itself may not do.
        owner.execute("GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO lianfang_app")


def _prepare() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "lianfang.settings"
    os.environ["LIANFANG_SECRET_KEY"] = "for tests only"
    os.environ["LIANFANG_LANGUAGE"] = "en"
    os.environ["LIANFANG_FIELD_KEY"] = _key(b"f")
    os.environ["LIANFANG_INDEX_KEY"] = _key(b"i")
    if "LIANFANG_STATE" not in os.environ:
        os.environ["LIANFANG_STATE"] = _state_of_this_run()
    if "PYTEST_XDIST_WORKER" not in os.environ:
        _make_template(_start_server())
    os.environ["DATABASE_URL"] = _named(
        os.environ["LIANFANG_TEST_SERVER"], f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    )


_prepare()


def copy_template() -> None:
    """This worker's own copy of the migrated database."""
    name = urlsplit(os.environ["DATABASE_URL"]).path.lstrip("/")
    with psycopg.connect(os.environ["LIANFANG_TEST_SERVER"], autocommit=True) as owner:
        owner.execute("SELECT pg_advisory_lock(1)")  # a template can be copied by one at a time
        owner.execute(f"DROP DATABASE IF EXISTS {name}")
        owner.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
