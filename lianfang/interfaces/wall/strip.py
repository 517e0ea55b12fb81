"""The heat strip of a wall (近 14 日完整率): a table of lower units by days, each cell with its number."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from html import escape
from typing import Any, Final

from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from lianfang.interfaces.wall.reading import Reading
from lianfang.interfaces.wall.tiles import short_name, words
from lianfang.kernel.reporting.children import Child

ROWS: Final = 22
"""So many units are shown; of more, those that were least complete, for all are on the tiles."""


def strip(seen: Reading) -> dict[str, Any]:
    """`{days, rows: [{name, title, cells: HTML}], of, shown}`; rows in the order of codes."""
    shown = _least_complete(seen, seen.parts)
    return {
        "days": seen.recent, "rows": [_row(seen, child) for child in shown], "of": len(seen.parts),
        "shown": len(shown),
    }  # fmt: skip


def _least_complete(seen: Reading, parts: list[Child]) -> list[Child]:
    if len(parts) <= ROWS:
        return parts
    worst = {child.pk for child in sorted(parts, key=lambda one: _complete(seen, one))[:ROWS]}
    return [child for child in parts if child.pk in worst]


def _complete(seen: Reading, child: Child) -> Decimal:
    expected, received = seen.owed_in_all(child)
    return Decimal(received) / expected if expected else Decimal(1)


def _row(seen: Reading, child: Child) -> dict[str, Any]:
    cells = [_cell(seen, child, day) for day in seen.recent]
    return {"name": short_name(child), "title": child.name, "cells": mark_safe("".join(cells))}  # noqa: S308  built of escaped parts


def _cell(seen: Reading, child: Child, day: date) -> str:
    """A cell as finished HTML: three hundred of them by a template's tags would cost five times more."""
    share = seen.share(child, day)
    text = words(share)
    counts = f"{share.received} / {share.expected}" if share.expected else "—"
    kind = (f"q{share.step}" if share.step else f"is-{share.state}") + (" is-late" if share.late else "")
    said = escape(text + (f" {_('late')}" if share.late else ""))
    title = escape(f"{child.name} {day:%m-%d} {text} ({counts})")
    return f'<td class="{kind}" title="{title}"><span class="sr">{said}</span></td>'
