"""Which lane a request takes (分道): from its method and address alone, before anybody looks who is asking.

What people must be able to send comes first, then their own page, then everything that looks over many.
"""

from __future__ import annotations

from typing import Final, Literal

Kind = Literal["reports", "own", "wide", "probes"]

PROBES: Final = frozenset({"/healthz"})
READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
API: Final = "/api/"
OF_ONE_ANSWER: Final = 5  # parts of /api/v1/reports/{unit}/…: beyond the list of all
OF_ONE_RECEIPT: Final = 4  # parts of /api/v1/receipts/{id}/

# First parts of addresses. What is in none of them, and writes nothing, looks over many.
OWN_PAGES: Final = frozenset(
    {"", "check-in", "classes", "demo", "do", "favicon.ico", "first", "i18n", "me", "reports", "sign-in", "sign-out",
     "static", "sw.js", "today"}
)  # fmt: skip
COMING_IN: Final = frozenset({"demo", "first", "i18n", "sign-in", "sign-out"})
WIDE_ACTS: Final = frozenset({"import", "search", "upward"})
WIDE_IN_API: Final = frozenset({"imports", "persons"})


def kind_of(method: str, path: str) -> Kind:
    """`reports` for writes and receipts, `own` for one's own page and status, `wide` for boards, lists and files."""
    if path in PROBES:
        return "probes"
    parts = [part for part in path.split("/") if part]
    if path.startswith(API):
        return _in_api(parts, reads=method in READING)
    first = parts[0] if parts else ""
    return _read(first, parts) if method in READING else _written(first)


def _read(first: str, parts: list[str]) -> Kind:
    if first == "receipts" or parts[:2] == ["check-in", "done"]:
        return "reports"  # whoever has sent waits for this
    return "own" if first in OWN_PAGES else "wide"


def _written(first: str) -> Kind:
    if first in WIDE_ACTS:
        return "wide"
    return "own" if first in COMING_IN else "reports"


def _in_api(parts: list[str], *, reads: bool) -> Kind:
    about = next(iter(parts[2:]), "")  # after /api/v1
    if not reads:
        return "wide" if about in WIDE_IN_API else "reports"
    if about == "receipts" and len(parts) >= OF_ONE_RECEIPT:
        return "reports"
    own = about == "me" or (about == "reports" and len(parts) >= OF_ONE_ANSWER)
    return "own" if own else "wide"
