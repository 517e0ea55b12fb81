"""What comes as data with a site (模板): the twenty items of the four fives, the equipment of a room."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from lianfang.capabilities.site.models import Control, Milestone, Site
from lianfang.domain.site.milestones import MILESTONES

_HERE = Path(__file__).resolve().parent


@lru_cache
def four_fives() -> tuple[Mapping[str, str], ...]:
    """The items in their order: group, code, zh, en, standard_zh, standard_en, role."""
    return tuple(tomllib.loads((_HERE / "four_fives.toml").read_text("utf-8"))["items"])


@lru_cache
def room_equipment() -> Mapping[str, Mapping[str, str]]:
    """Code of a thing every room has -> its words (zh, en)."""
    found = tomllib.loads((_HERE / "room_equipment.toml").read_text("utf-8"))["things"]
    return {one["code"]: one for one in found}


def seed(site: Site) -> None:
    """The site's twenty items and three milestones, all still open."""
    Control.objects.bulk_create([_control(site, number, item) for number, item in enumerate(four_fives(), start=1)])
    Milestone.objects.bulk_create([Milestone(unit=site.unit, site=site, key=key) for key in MILESTONES])


def _control(site: Site, number: int, item: Mapping[str, Any]) -> Control:
    return Control(
        unit=site.unit, site=site, number=number, code=item["code"], group=item["group"], name=item["zh"],
        name_en=item["en"], standard=item["standard_zh"], standard_en=item["standard_en"], suggested=item["role"],
    )  # fmt: skip
