"""Area codes (行政区划代码): six digits of a county, nine of a township or twelve of a village, GB/T 2260 and 10114."""

from __future__ import annotations

import re

from lianfang.domain.refusals import Refused

AREA_CODE = re.compile(r"[1-9]\d{5}(\d{3})?(\d{3})?")


def check_area(code: str, field: str = "area") -> None:
    """Refused `area.code` for what is no area code."""
    if not AREA_CODE.fullmatch(code):
        raise Refused("area.code", field)
