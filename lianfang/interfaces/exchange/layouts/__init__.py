"""Layouts of files (导入版式): units, people, reports; one module each, found by the word of the command."""

from __future__ import annotations

from lianfang.domain.refusals import Refused
from lianfang.interfaces.exchange.layouts.layout import Layout
from lianfang.interfaces.exchange.layouts.people import People
from lianfang.interfaces.exchange.layouts.reports import Reports
from lianfang.interfaces.exchange.layouts.units import Units

LAYOUTS: dict[str, Layout] = {layout.what: layout for layout in (Units(), People(), Reports())}
NOT_YET = frozenset({"list"})
"""A health authority's list is read with the two-way verification, which is to come."""
KINDS = (*LAYOUTS, *sorted(NOT_YET))


def layout_of(what: str) -> Layout:
    """The layout of files for this purpose. Refused: `not_yet`, `choice.unknown`."""
    if what in NOT_YET:
        raise Refused("not_yet", "what")
    if what not in LAYOUTS:
        raise Refused("choice.unknown", "what", choices=KINDS)
    return LAYOUTS[what]
