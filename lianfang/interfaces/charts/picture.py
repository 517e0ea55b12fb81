"""A picture as pixels (位图)."""

from __future__ import annotations


def png(drawn: str, *, width: int = 1280) -> bytes:
    """A standalone SVG as PNG, `width` pixels wide."""
    raise NotImplementedError
