"""The service worker's script (离线支持): which files a device keeps so that the check-in opens without a network."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static

KEPT = ("app.css", "check-in.js", "countdown.js", "outbox.js", "store.js", "queue.js", "reopen.js", "icons.svg",
        "round.js", "batch.js", "stays.css", "incident.css", "emergency.js")  # fmt: skip
SHELLS = {"/check-in": "/check-in/shell", "/round": "/round/shell", "/incidents/new": "/incidents/shell"}


@lru_cache
def version() -> str:
    """Changes whenever a kept file changes."""
    found = hashlib.sha256()
    for name in KEPT:
        path = finders.find(f"lf/{name}")
        if path:
            found.update(Path(path).read_bytes())
    return found.hexdigest()[:16]


def worker(request: HttpRequest) -> HttpResponse:
    """`/sw.js`: only static files and the shell are kept, never a page about somebody."""
    files = [static(f"lf/{name}") for name in KEPT]
    context = {"version": version(), "files_json": json.dumps(files), "shells_json": json.dumps(SHELLS)}
    response = render(request, "web/sw.js", context, content_type="application/javascript")
    response["Cache-Control"] = "no-cache"
    return response
