"""The sets of requirements that come with the product (要求清单文件), read from `lianfang/requirement_sets`."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

from lianfang.domain.refusals import Refused
from lianfang.domain.requirements import RequirementSet, set_from

FOLDER = Path(__file__).resolve().parents[2] / "requirement_sets"


@lru_cache(maxsize=1)
def requirement_sets() -> dict[str, RequirementSet]:
    """Every set by its code."""
    read = (set_from(tomllib.loads(file.read_text("utf-8"))) for file in sorted(FOLDER.glob("*.toml")))
    return {one.code: one for one in read}


def set_named(code: str) -> RequirementSet:
    """The set of this code. Refused `choice.unknown`."""
    found = requirement_sets().get(code)
    if found is None:
        raise Refused("choice.unknown", "collection", choices=list(requirement_sets()))
    return found
