"""Forms as data (报表): which items are asked on a day, from the database or as shipped."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from lianfang.domain.counts import CountItem
from lianfang.domain.refusals import Refused
from lianfang.kernel.reporting.models import Form

SHIPPED = Path(__file__).resolve().parents[2] / "forms"
DAILY, FLOOD = "daily_counts", "flood_safety"
_TUPLES = {"sum_of", "choices"}


@dataclass(frozen=True, slots=True)
class Edition:
    """A form as it is asked: code, edition, title and items in both languages, and the sentence of a zero report."""

    code: str
    version: int
    hazard: str
    title: dict[str, str]
    zero_sentence: dict[str, str]
    items: tuple[CountItem, ...]

    def item(self, code: str) -> CountItem:
        """One item by its code."""
        return next(item for item in self.items if item.code == code)


@lru_cache
def shipped(code: str) -> Edition:
    """The edition that comes with the product; an unknown code is refused with `choice.unknown`."""
    path = SHIPPED / f"{code}.toml"
    if not code.replace("_", "").isalnum() or not path.exists():
        raise Refused("choice.unknown", "form", given=code[:40])
    raw = tomllib.loads(path.read_text("utf-8"))
    return _edition(raw["form"], raw["items"])


def _edition(form: dict[str, Any], items: list[dict[str, Any]]) -> Edition:
    return Edition(
        code=form["code"],
        version=form["version"],
        hazard=form["hazard"],
        title={"zh": form["title"], "en": form["title_en"]},
        zero_sentence={"zh": form.get("zero_sentence", ""), "en": form.get("zero_sentence_en", "")},
        items=tuple(_item(raw) for raw in items),
    )


def _item(raw: dict[str, Any]) -> CountItem:
    known = {f.name for f in fields(CountItem)}
    if unknown := set(raw) - known:
        raise ValueError(f"unknown properties of a form item: {', '.join(sorted(unknown))}")
    given: dict[str, Any] = {k: tuple(v) if k in _TUPLES else v for k, v in raw.items()}
    return CountItem(**given)


def form_on(code: str, day: date) -> Edition:
    """The edition of a form in force on a day; an unknown code is refused with `choice.unknown`."""
    row = Form.objects.filter(code=code, valid_from__lte=day).order_by("-version").first()
    if row is not None:
        head = {
            "code": row.code,
            "version": row.version,
            "hazard": row.hazard,
            "title": row.title,
            "title_en": row.title_en,
        }
        return _edition(head, row.items)
    return shipped(code)


def is_shipped(code: str) -> bool:
    """Whether a form of this code comes with the product."""
    return (SHIPPED / f"{code}.toml").exists()


def known_forms() -> list[str]:
    """The codes of all forms that may be reported on: those that come with the product, and those added since."""
    added = Form.objects.order_by().values_list("code", flat=True).distinct()
    return sorted({path.stem for path in SHIPPED.glob("*.toml")} | set(added))


def hazard_forms(day: date) -> list[Edition]:
    """The forms of the daily all-well bulletin: the epidemic's first, then other hazards."""
    return [form_on(DAILY, day), form_on(FLOOD, day)]
