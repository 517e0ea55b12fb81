"""The database server's settings (数据库参数) for a small machine: by memory, durable, silent about persons."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

MIB: Final = 1024 * 1024
SMALLEST_BUFFERS: Final = 64 * MIB
LARGEST_BUFFERS: Final = 2048 * MIB
ASSUMED_MEMORY: Final = 2048 * MIB
CGROUP_LIMIT: Final = Path("/sys/fs/cgroup/memory.max")

HBA: Final = (
    "# Written at every start. Unix socket only, always with a password.\n"
    "local all all scram-sha-256\n"
    "local replication postgres scram-sha-256\n"  # for pg_basebackup, which an archive of changes begins with
)

ALWAYS: Final[Mapping[str, str]] = {
    "listen_addresses": "''",
    "password_encryption": "'scram-sha-256'",
    "max_connections": "100",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "datestyle": "'iso, ymd'",
    "lc_messages": "'C'",
    "default_text_search_config": "'pg_catalog.simple'",
    "jit": "off",
    "random_page_cost": "1.1",
    "work_mem": "'8MB'",
    "track_io_timing": "on",
    "log_destination": "'stderr'",
    "logging_collector": "off",
    "log_checkpoints": "off",
    "log_line_prefix": "'%m [%p] '",
    # Statements, parameters and details carry personal data: the log keeps none of them.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}

DURABLE: Final[Mapping[str, str]] = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "wal_compression": "pglz",
    "max_wal_size": "'2GB'",
}

FOR_TESTS: Final[Mapping[str, str]] = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "'128MB'",
}


def configuration(*, for_tests: bool, local: Path) -> str:
    """The text of postgresql.conf; what an operator writes into `local` comes last and wins."""
    settings = {**ALWAYS, **(FOR_TESTS if for_tests else {**DURABLE, **_by_memory(memory())})}
    lines = [f"{name} = {value}" for name, value in settings.items()]
    head = f"# Written at every start; your own settings belong into {local}"
    theirs = [f"include '{_quoted(local)}'"] if local.exists() else []
    return "\n".join([head, *lines, *theirs, ""])


def memory() -> int:
    """Bytes this machine, or the container we are in, may use."""
    limits = [_physical(), _container_limit()]
    return min([limit for limit in limits if limit], default=ASSUMED_MEMORY)


def _by_memory(available: int) -> Mapping[str, str]:
    buffers = min(max(available // 8, SMALLEST_BUFFERS), LARGEST_BUFFERS)
    return {
        "shared_buffers": f"'{buffers // MIB}MB'",
        "effective_cache_size": f"'{available // 2 // MIB}MB'",
        "maintenance_work_mem": f"'{max(buffers // 4, SMALLEST_BUFFERS) // MIB}MB'",
    }


def _physical() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return None


def _container_limit() -> int | None:
    try:
        return int(CGROUP_LIMIT.read_text())
    except (OSError, ValueError):
        return None


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
