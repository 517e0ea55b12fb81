"""What an answer over HTTP amounts to (结果判定), in the words of the catalogue, and what it left behind."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection
from django.http import HttpResponse

from lianfang.kernel.scope import EVERYTHING, within

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "bad_inputs.md"
KEPT = ("accept", "normalize", "warn", "hold", "same_receipt")
OUTCOMES = {403: "deny", 404: "deny", 409: "conflict", 413: "limit", 429: "limit"}
MAX_MS = 2_000
_ROW = re.compile(r"^\| ([A-Z]{2}-\d{3}) \| ([a-z ]+) \| (.+) \|$", re.MULTILINE)


@dataclass(slots=True)
class Outcome:
    """The outcome of one input: its name, the places named, and how long it took."""

    status: int
    name: str
    body: Any
    text: str
    said: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0

    @classmethod
    def of(cls, response: HttpResponse, *, seconds: float = 0.0) -> Outcome:
        """Of an answer: a receipt, what became of a file, or a refusal."""
        text = response.content.decode()
        body = json.loads(text)
        if response.status_code != 200:
            name = OUTCOMES.get(response.status_code, "reject")
            return cls(response.status_code, name, body, text, body["errors"], seconds)
        said = [*body.get("errors", ()), *body.get("notes", ())]
        return cls(200, _kept(body), body, text, said, seconds)

    @property
    def refused(self) -> bool:
        """Whether nothing was kept."""
        return self.name not in KEPT


def _kept(body: Mapping[str, Any]) -> str:
    if body.get("errors"):
        return "reject"
    notes = body.get("notes", ())
    if any(note["warning"] for note in notes):
        return "warn"
    return "normalize" if notes else "accept"


@cache
def deviations() -> dict[str, str]:
    """Line -> the outcome that is written down, with its reason, where it is not one of the catalogue's."""
    return {line: outcome for line, outcome, _ in _ROW.findall(DOCUMENT.read_text(encoding="utf-8"))}


def reasons() -> dict[str, str]:
    """Line -> why it ends otherwise."""
    return {line: reason for line, _, reason in _ROW.findall(DOCUMENT.read_text(encoding="utf-8"))}


def holds(line: Mapping[str, Any], outcome: Outcome) -> None:
    """The outcome is the catalogue's, or the one written down; reason, place, suggestion and status are right."""
    expect = line["expect"]
    assert outcome.status < 500 or outcome.status == 503
    if line["id"] in deviations():
        assert outcome.name == deviations()[line["id"]], outcome.text
        return
    assert outcome.name in expect["outcome"], outcome.text
    assert outcome.status == expect.get("status", outcome.status)
    if outcome.refused or outcome.name == "warn":
        _named(expect, outcome)
    if "suggest" in expect:
        assert expect["suggest"] in [place.get("suggest") for place in outcome.said]
    assert outcome.seconds * 1000 <= expect.get("max_ms", MAX_MS)


def _named(expect: Mapping[str, Any], outcome: Outcome) -> None:
    codes = expect.get("code", [])
    codes = codes if isinstance(codes, list) else [codes]
    matching = [place for place in outcome.said if place["code"] in codes]
    assert matching or not codes, outcome.text
    wanted = expect.get("at", {})
    for name in ("field", "row", "column"):
        found = [place[name] for place in matching if place.get(name)]
        assert name not in wanted or not found or wanted[name] in found, outcome.text
    assert "row" not in wanted or any(place.get("row") for place in matching)


def tables() -> dict[str, str]:
    """Table -> a digest of all its rows."""
    with within(EVERYTHING), connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
            " WHERE relkind = 'r' AND nspname = 'public' AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1"
        )
        names = [row[0] for row in cursor.fetchall()]
        digest = "SELECT '{0}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {0} t"
        cursor.execute(" UNION ALL ".join(digest.format(name) for name in names))
        return dict(cursor.fetchall())


def kept_apart_from_denials(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """Whether nothing changed but the record of what was refused to somebody."""
    return {name for name in after if before[name] != after[name]} <= {"audit_event"}
