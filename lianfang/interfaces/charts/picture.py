"""A picture as pixels (位图): set by typst, which the product has for its papers anyway."""

from __future__ import annotations

from typing import Final

import typst

_POINTS_AN_INCH: Final = 72
_BROAD: Final = 480  # points
_SHEET: Final = (
    "#set page(width: {broad}pt, height: auto, margin: 0pt)\n"
    '#image(bytes(sys.inputs.at("picture")), format: "svg", width: 100%)\n'
)


def png(drawn: str, *, width: int = 1280) -> bytes:
    """A standalone SVG as PNG, `width` pixels wide."""
    sheet = _SHEET.format(broad=_BROAD).encode()
    ppi = width * _POINTS_AN_INCH / _BROAD
    return typst.compile(sheet, format="png", ppi=ppi, sys_inputs={"picture": drawn})
