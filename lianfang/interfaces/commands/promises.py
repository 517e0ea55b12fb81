"""What `doctor` says of the promises (承诺): proven this week with these figures, broken, or unproven."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from lianfang.interfaces.server.proofs import PROMISES, Proof, standing

SIGNS: Final = {"proven": "✓", "unproven": "?", "broken": "✗"}
HEADING: Final = "Promises, as last put to the test on this machine:"
HOW: Final = 'Put them to the test where the source lies: make test ARGS="tests/faults -m proof"'
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)


def as_json(found: Mapping[str, Proof], now: datetime) -> list[dict[str, Any]]:
    """`{"promise", "says", "standing", "at", "age_seconds", "figures"}` of every promise, unproven ones too."""
    return [_one(name, found.get(name), now) for name in PROMISES]


def lines(found: Mapping[str, Proof], now: datetime) -> list[str]:
    """The same for a person to read; how to prove them follows when one is not proven."""
    said = [f"{SIGNS[standing(found.get(name), now)]} {name}: {_said(name, found.get(name), now)}" for name in PROMISES]
    proven = all(standing(found.get(name), now) == "proven" for name in PROMISES)
    return [HEADING, *said, *([] if proven else [f"    → {HOW}"])]


def broken(found: Mapping[str, Proof], now: datetime) -> bool:
    """Whether the newest proof of some promise failed."""
    return any(standing(proof, now) == "broken" for proof in found.values())


def _one(name: str, proof: Proof | None, now: datetime) -> dict[str, Any]:
    return {
        "promise": name,
        "says": PROMISES[name],
        "standing": standing(proof, now),
        "at": proof.at.isoformat() if proof else None,
        "age_seconds": int((now - proof.at).total_seconds()) if proof else None,
        "figures": dict(proof.figures) if proof else {},
    }


def _said(name: str, proof: Proof | None, now: datetime) -> str:
    if proof is None:
        return f"unproven. {PROMISES[name]}"
    # What stands under a figure of several parts is for the JSON.
    numbers = {word: value for word, value in proof.figures.items() if isinstance(value, int | float)}
    figures = ", ".join(f"{word.replace('_', ' ')} {value}" for word, value in numbers.items())
    return f"{standing(proof, now)}, {_age(now - proof.at)}. {PROMISES[name]}" + (f" {figures}." if figures else "")


def _age(age: timedelta) -> str:
    if age < HOUR:
        return f"{max(0, int(age.total_seconds() // 60))} min ago"
    return f"{age // HOUR} h ago" if age < DAY else f"{age // DAY} d ago"
