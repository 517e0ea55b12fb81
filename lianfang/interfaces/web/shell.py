"""What every page's frame needs (页面框架): who is signed in, where, the clock, the menu."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of the frame; filled in further by the pages."""
    return {"actor": getattr(request, "actor", None)}
