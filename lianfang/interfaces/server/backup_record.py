"""Backups and drills of this node (备份记录), for `lianfang doctor`: a small file in the state folder."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from lianfang.interfaces.server.backup_census import Census

FILE: Final = "backups.json"
KEPT: Final = 50


def note_backup(state: Path, *, file: Path, census: Census, size: int, seconds: float) -> None:
    """A backup was written and read back."""
    _add(state, "backups", {**_said(file, census), "bytes": size, "seconds": seconds})


def note_drill(state: Path, *, file: Path, census: Census, seconds: float, checked: bool) -> None:
    """A backup was restored beside and compared."""
    _add(state, "drills", {**_said(file, census), "seconds": seconds, "amcheck": checked})


def note_restore(state: Path, *, file: Path, census: Census, seconds: float) -> None:
    """This node was restored from a backup."""
    _add(state, "restores", {**_said(file, census), "seconds": seconds})


def newest(state: Path, what: str) -> dict[str, Any] | None:
    """The newest entry of `backups`, `drills` or `restores`, its member `at` a moment; None when there is none."""
    entries = _kept(state).get(what, [])
    return {**entries[-1], "at": datetime.fromisoformat(entries[-1]["at"])} if entries else None


def _said(file: Path, census: Census) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {"at": now, "file": str(file), "rows": census.rows, "receipts": census.receipts, "of": census.taken_at}


def _add(state: Path, what: str, entry: dict[str, Any]) -> None:
    kept = _kept(state)
    kept[what] = [*kept.get(what, []), entry][-KEPT:]
    draft = state / f"{FILE}.draft"
    draft.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    draft.replace(state / FILE)


def _kept(state: Path) -> dict[str, Any]:
    try:
        kept = json.loads((state / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}
