"""Layouts of files (导入版式): units, people, reports, arrivals, stays elsewhere; each found by its word."""

from __future__ import annotations

from lianfang.domain.refusals import Refused
from lianfang.interfaces.exchange.layouts.arrivals import Arrivals
from lianfang.interfaces.exchange.layouts.layout import Layout
from lianfang.interfaces.exchange.layouts.people import People
from lianfang.interfaces.exchange.layouts.reports import Reports
from lianfang.interfaces.exchange.layouts.sojourns import Sojourns
from lianfang.interfaces.exchange.layouts.units import Units

LAYOUTS: dict[str, Layout] = {layout.what: layout for layout in (Units(), People(), Reports(), Arrivals(), Sojourns())}
UNDER_AGREEMENT = frozenset({"list"})
"""A list of cases comes under an exchange agreement, which says what its columns are (`exchange.lists`)."""
KINDS = (*LAYOUTS, *sorted(UNDER_AGREEMENT))


def layout_of(what: str) -> Layout:
    """The layout of files for this purpose. Refused: `required` (agreement), `choice.unknown`."""
    if what in UNDER_AGREEMENT:
        raise Refused("required", "agreement")
    if what not in LAYOUTS:
        raise Refused("choice.unknown", "what", choices=KINDS)
    return LAYOUTS[what]
