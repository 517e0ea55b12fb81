"""Who runs for a state folder (运行记录): written down while running, used to clear what a killed supervisor left."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from lianfang.interfaces.server import processes
from lianfang.interfaces.server.trouble import type_of_say

DATABASE: Final = "database"
DATABASE_SECONDS: Final = 30.0
KILLED_SECONDS: Final = 5.0


def note(state: Path, address: str, children: Mapping[str, int]) -> None:
    """Writes down supervisor, address and children (name to process number), whole or not at all."""
    content = {
        "supervisor": os.getpid(),
        "address": address,
        "boot": processes.boot(),
        "children": [{"name": name, "pid": pid, "started": _started(pid)} for name, pid in children.items()],
    }
    draft = _file(state).with_suffix(".draft")
    draft.write_text(json.dumps(content, indent=1), encoding="utf-8")
    draft.replace(_file(state))


def noted(state: Path) -> dict[str, Any]:
    """What was written down; empty when nothing runs or the note cannot be read."""
    try:
        content = json.loads(_file(state).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def clear(state: Path, tell: type_of_say) -> None:
    """Ends what an earlier, killed supervisor left running, the database last, and removes its note."""
    content = noted(state)
    if content.get("boot") == processes.boot() != "":
        children = sorted(content.get("children", []), key=lambda child: bool(child["name"] == DATABASE))
        for child in children:
            _clear_one(child["name"], int(child["pid"]), int(child["started"]), tell)
    forget(state)


def forget(state: Path) -> None:
    """Removes the note, after a clean stop."""
    _file(state).unlink(missing_ok=True)


def _clear_one(name: str, pid: int, started: int, tell: type_of_say) -> None:
    left = _left_of(pid, started)
    if not left:
        return
    tell(f"Ending what an earlier run left behind: {name} (process {', '.join(map(str, left))}).")
    if name == DATABASE:
        processes.send([pid], signal.SIGINT)
        if processes.wait_until_gone(left, DATABASE_SECONDS):
            return
    processes.send(left, signal.SIGKILL)
    processes.wait_until_gone(left, KILLED_SECONDS)


def _left_of(session: int, started: int) -> list[int]:
    """Living members of a session we made; none when its number names another process by now."""
    leader = processes.process(session)
    if leader is not None and leader.started != started:
        return []
    return [p.pid for p in processes.in_session(session) if p.started >= started]


def _started(pid: int) -> int:
    found = processes.process(pid)
    return found.started if found else 0


def _file(state: Path) -> Path:
    return state / "up.json"
