"""Figures of the proofs (承诺证明): when each promise was last put to the test on this machine, and what came out.

One JSON file holds the newest proof of each promise; the tests write it, `lianfang doctor` shows it.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

FILE: Final = "proofs.json"
VARIABLE: Final = "LIANFANG_PROOFS"
FRESH: Final = timedelta(days=7)  # security design, 4.14: without a figure of this week a promise is unproven

# Name -> what is promised; the sections are those of the security design.
PROMISES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "crash points": "A process that dies at any named place loses no receipt and leaves nothing half-written.",
        "killed processes": "Web, worker and database come back by themselves, and every receipt held is on record.",
        "power cut": "What was acknowledged is on disk when the power goes.",
        "disk full": "A full disk refuses, loses nothing, and work goes on once there is room.",
        "retries": "An answer sent again, twice at once, late or out of order counts once.",
        "clock": "A clock that is wrong or set back moves no report and makes no second due.",
        "imports": "A file whose import dies is written whole or not at all.",
        "backup": "A backup that is restored holds every row, receipt and board of its moment.",
        "migrations": "An update of the tables that dies can be run again to the same tables.",
    }
)

Standing = Literal["proven", "broken", "unproven"]


@dataclass(frozen=True, slots=True)
class Proof:
    """One run: `at` aware, `held` whether the promise was kept, `figures` as the test counted them."""

    promise: str
    at: datetime
    held: bool
    figures: Mapping[str, Any]


def file_of(state: Path) -> Path:
    """The file of an installation: LIANFANG_PROOFS when it is set, else `proofs.json` in the state folder."""
    given = os.environ.get(VARIABLE)
    return Path(given) if given else state / FILE


def record(file: Path, proof: Proof) -> None:
    """Puts a proof in the place of the one before. ValueError for a promise that is not in `PROMISES`."""
    if proof.promise not in PROMISES:
        raise ValueError(f"not a promise: {proof.promise!r}")
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.with_suffix(".lock").open("a") as turn:  # several tests may end at once
        fcntl.flock(turn, fcntl.LOCK_EX)
        kept = {name: _as_kept(one) for name, one in read(file).items()} | {proof.promise: _as_kept(proof)}
        draft = file.with_suffix(".draft")
        draft.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        draft.replace(file)


def read(file: Path) -> dict[str, Proof]:
    """Promise -> its newest proof; empty when there is no file, or none that can be read."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return {name: _proof(one) for name, one in kept.items() if name in PROMISES}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def standing(proof: Proof | None, now: datetime) -> Standing:
    """Broken as long as its newest proof failed, however old; proven by one of this week; else unproven."""
    if proof is not None and not proof.held:
        return "broken"
    return "proven" if proof is not None and timedelta(0) <= now - proof.at <= FRESH else "unproven"


def _as_kept(proof: Proof) -> dict[str, Any]:
    return asdict(proof) | {"at": proof.at.isoformat(timespec="seconds"), "figures": dict(proof.figures)}


def _proof(kept: Mapping[str, Any]) -> Proof:
    at = datetime.fromisoformat(kept["at"])
    if at.tzinfo is None:
        raise ValueError("a proof needs a moment with an offset")
    return Proof(str(kept["promise"]), at, bool(kept["held"]), dict(kept["figures"]))
