"""Case definitions in use (病例定义): read from files, the newest edition that is in force on a day."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from lianfang.domain.cases.definitions import Definition, definition_from
from lianfang.domain.refusals import Refused

FOLDER: Final = Path(__file__).resolve().parents[2] / "casedefs"


@cache
def _packs() -> tuple[tuple[date, Mapping[str, Definition]], ...]:
    """Every file with the day from which it holds, the oldest first."""
    found = [_pack(tomllib.loads(path.read_text("utf-8"))) for path in sorted(FOLDER.glob("*.toml"))]
    return tuple(sorted(found, key=lambda one: one[0]))


def _pack(raw: Mapping[str, Any]) -> tuple[date, Mapping[str, Definition]]:
    since: date = raw["pack"]["valid_from"]
    edition = f"{raw['pack']['code']} {since}"
    made = [definition_from(one, edition=edition) for one in raw["definition"]]
    return since, {one.code: one for one in made}


def definitions_on(day: date) -> Mapping[str, Definition]:
    """Every definition in force on the day by its code; a newer file replaces an older one's of the same code."""
    return {code: one for since, pack in _packs() if since <= day for code, one in pack.items()}


def definition_on(code: str, day: date) -> Definition:
    """The definition in force on the day. Refused `choice.unknown` (definition)."""
    held = definitions_on(day)
    if code not in held:
        raise Refused("choice.unknown", "definition", choices=list(held))
    return held[code]


def definition_for(hazard: str, day: date) -> str:
    """The definition of the illness that a hazard is about; where none is, the first of the file (rules 3.5: codes)."""
    held = definitions_on(day).values()
    return next((one.code for one in held if one.hazard == hazard), next(iter(held)).code)


def definition_of(code: str, edition: str) -> Definition | None:
    """The definition as it was in the edition a case keeps; None when the file has gone."""
    for _, pack in _packs():
        if code in pack and pack[code].edition == edition:
            return pack[code]
    return None
