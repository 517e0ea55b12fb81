"""What the synthetic province hands out (种子记录): units and people as plain values, and their bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import date
from typing import Literal

_IN_TREE = {"primary": "school", "junior": "school", "senior": "school", "vocational": "school", "special": "school"}


@dataclass(frozen=True, slots=True)
class UnitSeed:
    """A unit of the tree (单位). `sort_key` orders a superior before its inferiors."""

    code: str
    name_zh: str
    name_en: str
    kind: str  # province, sector, prefecture, county, class, or a kind of school as in province.toml
    parent: str | None  # the territorial superior's code (属地)
    sector_parent: str | None  # the sector superior's code (条线), for universities
    opened_on: date
    reports: bool  # sends a daily report of its own
    sort_key: str
    learners: int = 0  # on this unit's own roster
    staff: int = 0  # on this unit's own roster

    @property
    def kind_in_tree(self) -> str:
        """The kind as `lianfang.kernel.orgs.kinds` names it."""
        return _IN_TREE.get(self.kind, "institute" if self.kind == "other" else self.kind)

    @property
    def keeps_roster(self) -> bool:
        """Whether people belong to this very unit."""
        return self.learners + self.staff > 0


@dataclass(frozen=True, slots=True)
class PersonSeed:
    """A person (人员). Nobody real: see `province.toml` on document numbers and phones."""

    unit: str  # code of the class, or of the school for staff and for schools without classes
    kind: Literal["learner", "staff"]
    name: str
    id_type: Literal["resident", "passport", "none"]
    id_number: str  # empty when id_type is none
    birth_date: date
    sex: Literal["female", "male"]
    phone: str  # eleven digits; shared by 2 % of people
    number: str  # student or staff number, unique in the province; "J" + 18 digits for a pupil without an ID number
    boarding: bool
    guardian: int | None  # children with the same index have the same guardian; None for adults


def line(seed: UnitSeed | PersonSeed) -> bytes:
    """The seed as one line of UTF-8 JSON, the same bytes for the same seed."""
    record = {field.name: getattr(seed, field.name) for field in fields(seed)}
    return json.dumps(record, ensure_ascii=False, default=date.isoformat, separators=(",", ":")).encode() + b"\n"
