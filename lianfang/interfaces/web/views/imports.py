"""Bringing a list in (导入): choose or paste, see what would happen by row and column, confirm; nothing before that."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from lianfang.domain.parsing.columns import HEADERS, header_of
from lianfang.domain.refusals import Problem, Refused
from lianfang.interfaces.exchange import imports
from lianfang.interfaces.exchange.layouts import arrivals, roster_words, sojourns, units
from lianfang.interfaces.server.intake import LARGEST_UPLOAD
from lianfang.interfaces.web.views.daily import language
from lianfang.interfaces.web.views.frame import page, signed_in, unit_of
from lianfang.interfaces.wording import sentence
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.files.actions import CHECKED, REFUSED
from lianfang.kernel.files.models import Import
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.registers.register import registers

SHOWN = 100
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_NUMBER = "519999201001010009"
COLUMNS: dict[str, list[tuple[str, bool, str, str]]] = {
    "people": [
        ("person.name", True, "张三", "Sam Example"),
        ("person.id_number", True, _NUMBER, _NUMBER),
        ("unit_name", True, "S1-K1", "S1-K1"),
        ("number", False, "20260101", "20260101"),
        ("kind", False, "学生", "Learner"),
        ("person.phone", False, "", ""),
    ],
    "units": [
        ("code", True, "S1-K1", "S1-K1"),
        ("name", True, "高一（1）班", "Class 1"),
        ("kind", True, "班级", "Class"),
        ("parent", True, "S1", "S1"),
    ],
    "reports": [
        ("person.name", True, "张三", "Sam Example"),
        ("person.id_number", True, _NUMBER, _NUMBER),
        ("unit", True, "S1-K1", "S1-K1"),
        ("day", True, "2026-03-02", "2026-03-02"),
        ("slot", False, "上午", "Morning"),
        ("temperature", True, "36.5", "36.5"),
        ("symptoms", False, "无", "None"),
    ],
    "arrivals": [
        ("arrives_at", True, "2026-03-02 20:30", "2026-03-02 20:30"),
        ("person.name", True, "张三", "Sam Example"),
        ("person.id_type", False, "护照", "Passport"),
        ("person.id_number", True, "G00000001", "G00000001"),
        ("person.phone", False, "", ""),
        ("party_kind", False, "旅行团", "Tour group"),
        ("party", False, "D1234", "D1234"),
        ("needs", False, "孕妇", "Pregnant"),
        ("companion", False, "李四", "Alex Example"),
        ("last_exposure", False, "2026-02-28", "2026-02-28"),
    ],
    "sojourns": [
        ("person.name", True, "张三", "Sam Example"),
        ("person.id_number", False, _NUMBER, _NUMBER),
        ("number", False, "20260101", "20260101"),
        ("area", True, "510104", "510104"),
        ("since", True, "2026-02-20", "2026-02-20"),
        ("until", False, "2026-02-25", "2026-02-25"),
        ("source", False, "本人申报", "Declared"),
    ],
}
"""What a file of each purpose asks for: field, whether every row needs it, an example in Chinese and in English."""


def _headers(what: str) -> dict[str, str]:
    """The headings of the fields in the language of whoever reads; files are read with either."""
    if what == "people":
        return roster_words.shown()
    if what == "arrivals":
        return arrivals.shown()
    if what == "sojourns":
        return sojourns.shown()
    if what == "units":
        return units.HEADERS.shown(language())
    return {path: header_of(path, language()) for path in HEADERS}


def _titles() -> dict[str, str]:
    words = {
        "people": _("Import a roster"), "units": _("Import units"), "reports": _("Import answers"),
        "arrivals": _("Import a list of arrivals"), "sojourns": _("Import stays elsewhere"),
    }  # fmt: skip
    return {what: str(title) for what, title in words.items()}


@require_http_methods(["GET", "POST"])
@signed_in
def choose(request: HttpRequest) -> HttpResponse:
    """Choose a file or paste a table; it is read to its end and checked, and nothing is written."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    what = request.POST.get("what") or request.GET.get("what") or "people"
    if what not in COLUMNS:
        raise Http404
    unit = unit_of(actor, request.GET["unit"]) if request.GET.get("unit") else None
    if request.method == "GET":
        return page(request, "pages/import.html", {"upload": _choosing(what, [], unit=unit)})
    try:
        name, content = _given(request)
        kept = imports.receive(actor, what, name, content, unit=unit, dry_run=True)
    except Refused as refused:
        errors = [sentence(p) for p in refused.problems]
        again = _choosing(what, errors, request.POST.get("text", ""), unit)
        return page(request, "pages/import.html", {"upload": again}, status=422)
    return redirect(f"/import/{kept.pk}")


def _given(request: HttpRequest) -> tuple[str, bytes]:
    uploaded = request.FILES.get("file")
    if uploaded is not None:
        return uploaded.name or "", uploaded.read()
    text = request.POST.get("text", "")
    if not text.strip():
        raise Refused(Problem("required", "file"))
    return "pasted.csv", text.encode()


def _choosing(what: str, errors: list[str], text: str = "", unit: Unit | None = None) -> dict[str, Any]:
    headers = _headers(what)
    columns = [
        {"label": headers[path], "needed": needed, "example": zh if language() == "zh" else en}
        for path, needed, zh, en in COLUMNS[what]
    ]
    choosing = {
        "action": _address(what, unit),
        "accept": ".xlsx,.csv,.txt",
        "largest": LARGEST_UPLOAD,
        "columns": columns,
        "template_url": f"/import/template/{what}.csv",
        "file_errors": errors,
        "text": text,
    }
    return {
        "title": _titles()[what],
        "sub": str(unit) if unit else str(_("Excel, or a table pasted from it")),
        "step": "choose",
        "choose": choosing,
        "back_url": f"/site/{unit.code}/arrivals" if unit and what == "arrivals" else "/today",
    }


def _address(what: str, unit: Unit | None) -> str:
    return f"/import?{urlencode({'what': what} | ({'unit': unit.code} if unit else {}))}"


@require_http_methods(["GET", "POST"])
@signed_in
def show(request: HttpRequest, number: UUID) -> HttpResponse:
    """What a file would do, row by row; confirming writes it, in one go."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    kept = registers["imports"].rows(actor).filter(pk=number).first()
    if kept is None:
        raise Http404
    if request.method == "POST":
        kept = imports.confirm(actor, kept.pk, keep_good=request.POST.get("partial") == "yes")
        return redirect(f"/import/{kept.pk}")
    return page(request, "pages/import.html", {"upload": _shown(kept)})


@require_http_methods(["GET"])
@signed_in
def problems(request: HttpRequest, number: UUID, kind: str) -> HttpResponse:
    """What is wrong with the rows of a file, as a list to work through: CSV or XLSX, row, column and reason."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    kept = registers["imports"].rows(actor).filter(pk=number).first()
    if kept is None or kind not in TYPES:
        raise Http404
    out = BytesIO()
    imports.list_problems(kept, "csv" if kind == "csv" else "xlsx", out)
    response = HttpResponse(out.getvalue(), content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="import-{str(kept.pk)[-12:]}-problems.{kind}"'
    return response


def _shown(kept: Import) -> dict[str, Any]:
    numbers = {name: getattr(kept, name) for name in ("read", "written", "refused", "held", "blank")}
    waiting = kept.stage in (CHECKED, REFUSED)
    return {
        "title": _titles().get(kept.what, kept.what),
        "sub": kept.filename,
        "step": "preview" if waiting else "done",
        "numbers": numbers,
        "columns": [],
        "problems": [_problem(one) for one in kept.problems[:SHOWN]],
        "more_problems": max(0, len(kept.problems) - SHOWN),
        "problems_url": f"/import/{kept.pk}/problems.xlsx" if kept.problems else "",
        "sample": None,
        "confirm": _confirm(kept) if waiting and kept.held else None,
        "done": None if waiting else {"receipt": _receipt(kept), "next": _next(kept)},
        "back_url": _address(kept.what, kept.unit if kept.what == "arrivals" else None),
    }


def _problem(one: dict[str, Any]) -> dict[str, Any]:
    facts = one.get("facts") or {}
    problem = Problem(one.get("code", ""), one.get("field", ""), one.get("row"), one.get("column", ""), facts)
    return {
        "row": one.get("row"),
        "column": one.get("column", ""),
        "given": "",
        "message": sentence(problem),
        "suggest": facts.get("suggest", ""),
    }


def _confirm(kept: Import) -> dict[str, Any]:
    words = ngettext("Write {n} row", "Write {n} rows", kept.held).format(n=kept.held)
    return {"action": f"/import/{kept.pk}", "verb": words, "sentence": "", "hidden": [], "partial": bool(kept.refused)}


def _receipt(kept: Import) -> dict[str, Any]:
    return {"number": str(kept.pk)[-12:], "at": kept.received_at, "hash": kept.sha256, "late_by": None, "held": False}


def _next(kept: Import) -> list[dict[str, Any]]:
    at = {
        "people": ("/list/persons", _("People")),
        "units": ("/list/units", _("Units")),
        "reports": ("/today", _("My day")),
        "arrivals": (f"/site/{kept.unit.code}/arrivals", _("Arrivals")),
        "sojourns": ("/list/sojourns", _("Stays elsewhere")),
    }
    url, label = at.get(kept.what, ("/today", _("My day")))
    return [{"label": str(label), "url": url, "primary": True}]


@signed_in
def template(request: HttpRequest, what: str) -> HttpResponse:
    """An empty table with the columns that are read, for Excel."""
    if what not in COLUMNS:
        raise Http404
    heads = ",".join(_headers(what)[column[0]] for column in COLUMNS[what])
    response = HttpResponse("\ufeff" + heads + "\r\n", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{what}.csv"'
    return response
