"""The tiles of a wall (方格图): equal squares, one a lower unit; where they stand comes from a layout or by itself.

A layout is a JSON file, unit code -> column, row and short names. It is a scheme and draws no boundary.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lianfang.domain.wall import MISSING, NOT_YET, NOTHING_OWED, Place, Share, placed
from lianfang.interfaces.wall.reading import Reading
from lianfang.interfaces.web.templatetags.formats import language, percent
from lianfang.kernel.reporting.children import Child

LAYOUTS: Final = Path(__file__).parent / "layouts"
MOST: Final = 300
WORDED: Final = 40
"""Up to so many tiles carry their name; of more only the colour and the mark are readable from afar."""
GRID: Final = 24
"""The style sheet has so many columns and rows."""
_SUFFIXES: Final = ("（示例数据）", "市", "地区", "州", "县", "区")


@dataclass(frozen=True, slots=True)
class Known:
    """What the layouts say of a unit: its place, and its short name in both languages."""

    place: Place
    zh: str
    en: str


@cache
def layouts() -> Mapping[str, Known]:
    """Unit code -> what the layouts that come with the product say of it."""
    found: dict[str, Known] = {}
    for path in sorted(LAYOUTS.glob("*.json")):
        for code, one in json.loads(path.read_text("utf-8"))["tiles"].items():
            found[code] = Known((one["at"][0], one["at"][1]), one["zh"], one["en"])
    return found


def short_name(child: Child) -> str:
    """The name as it fits a tile."""
    known = layouts().get(child.code)
    return getattr(known, language()) if known else child.name


def tiles(seen: Reading) -> dict[str, Any]:
    """`{tiles: [...], dense, more, columns, rows}`; each tile has its place, step, state, name and words."""
    parts = seen.parts[:MOST]
    places = placed([child.code for child in parts], {code: one.place for code, one in layouts().items()})
    columns = max((column for column, _row in places.values()), default=1)
    rows = max((row for _column, row in places.values()), default=1)
    return {
        "tiles": [_tile(seen, child, places[child.code]) for child in parts],
        "dense": len(parts) > WORDED or max(columns, rows) > GRID, "more": len(seen.parts) - len(parts),
        "columns": columns, "rows": rows,
    }  # fmt: skip


def _tile(seen: Reading, child: Child, place: Place) -> dict[str, Any]:
    share = seen.share(child, seen.day)
    text = words(share)
    return {
        "url": f"/wall/{quote(child.code)}" if child.counts.expected > 1 else f"/board/{quote(child.code)}",
        "name": short_name(child), "column": place[0], "row": place[1], "state": share.state, "step": share.step,
        "late": share.late, "text": text, "label": _label(child.name, share, text),
    }  # fmt: skip


def words(share: Share) -> str:
    """What a tile or a cell says: the percentage, or why there is none."""
    if share.state == MISSING:
        return pgettext("of a report", "missing")
    if share.state in (NOT_YET, NOTHING_OWED):
        return _("not yet due") if share.state == NOT_YET else "—"
    return _("report in") if share.expected == 1 else percent(share.received, share.expected or None)


def _label(name: str, share: Share, text: str) -> str:
    said = f"{name}{_(': ')}{text}"
    counts = _(" ({n} of {whole})").format(n=share.received, whole=share.expected) if share.expected else ""
    return said + counts + (_(", late") if share.late else "")
