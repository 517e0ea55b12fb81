"""Imports (导入). To be replaced by its author; the names below are what pages use."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from lianfang.domain.refusals import Refused
from lianfang.kernel.accounts.actor import Actor


def receive(actor: Actor, what: str, filename: str, content: bytes, *, keep_good: bool = False, dry_run: bool = False) -> Any:
    """Read and check a file."""
    raise Refused("not_yet")


def confirm(actor: Actor, import_id: UUID, *, keep_good: bool = False) -> Any:
    """Write what was checked."""
    raise Refused("not_yet")
