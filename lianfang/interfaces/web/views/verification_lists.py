"""Lists at the workbench (名单导入): bring one in under an agreement, and what became of each of its rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianfang.capabilities.verification.fields import OURS, THEIRS
from lianfang.capabilities.verification.models import QUARANTINED, STORED, ReceivedList
from lianfang.capabilities.verification.register import Lists
from lianfang.domain.parsing.dates import parse_day
from lianfang.domain.refusals import Problem, Refused
from lianfang.interfaces.exchange.lists import Terms, receive_list_file
from lianfang.interfaces.titles import listed
from lianfang.interfaces.web.templatetags.formats import iso
from lianfang.interfaces.web.views.frame import errors_of, page, said_of, signed_in
from lianfang.interfaces.web.views.tables import Head, number, plain_table, row, text
from lianfang.interfaces.web.views.verification_sides import Reader, acting, reader_of
from lianfang.interfaces.wording import sentence
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.files.actions import REFUSED

REASONS_SHOWN: Final = 200
_LONGEST_TOTAL: Final = 9  # digits
_ACCEPTED: Final = ".xlsx,.xls,.ods,.csv,.tsv,.txt"


@require_http_methods(["GET", "POST"])
@signed_in
def bring(request: HttpRequest, number: UUID) -> HttpResponse:
    """Bring a list in: read to its end, checked against its control total, stored or quarantined whole."""
    reader = _placed(request, number)
    if request.method == "GET":
        return page(request, "pages/form.html", {"form": _form(reader, {}, None)})
    try:
        received = _received(request, reader)
    except Refused as refused:
        context = {"form": _form(reader, request.POST, refused), "errors": errors_of(refused)}
        return page(request, "pages/form.html", context, status=422)
    return redirect(f"/verification/{number}/lists/{received.pk}")


def _placed(request: HttpRequest, number: UUID) -> Reader:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    reader = reader_of(actor, number)
    acting(reader)
    if not reader.sees_people:
        raise Http404
    return reader


def _received(request: HttpRequest, reader: Reader) -> ReceivedList:
    uploaded = request.FILES.get("file")
    if uploaded is None:
        raise Refused("required", "file")
    terms = _terms(reader, request.POST)
    kept = receive_list_file(reader.actor, terms, uploaded.name or "", uploaded.read(), unit=acting(reader))
    state = QUARANTINED if kept.stage == REFUSED else STORED
    lists = Lists.rows(reader.actor).filter(agreement=reader.agreement, side=terms.side, state=state)
    received: ReceivedList = lists.filter(sha256=kept.sha256).latest("received_at")
    return received


def _terms(reader: Reader, posted: Mapping[str, str]) -> Terms:
    problems: list[Problem] = []
    total = posted.get("control_total", "").strip()
    if total and not (total.isascii() and total.isdigit() and len(total) <= _LONGEST_TOTAL):
        problems.append(Problem("type", "control_total", facts={"expected": "integer"}))
    side = posted.get("side", "") if reader.side == OURS else THEIRS
    if side not in (OURS, THEIRS):
        problems.append(Problem("required", "side"))
    if problems:
        raise Refused(problems)
    return Terms(str(reader.agreement.pk), side, int(total) if total else None, _day(posted))


def _day(posted: Mapping[str, str]) -> date | None:
    given = posted.get("day", "").strip()
    return parse_day(given, "day", []) if given else None


def _form(reader: Reader, given: Mapping[str, str], refused: Refused | None) -> dict[str, Any]:
    agreement = reader.agreement
    columns = listed(reader.field_word(name) for name in agreement.names)
    return {
        "title": str(_("Import list")), "sub": f"{reader.name_of(reader.left)} ⇄ {reader.name_of(reader.right)}",
        "intro": _intro(columns),
        "facts": [], "fields": list(_fields(reader, given, refused)), "action": f"/verification/{agreement.pk}/import",
        "verb": str(_("Bring the list in")), "files": True, "sentence": "", "tick": "", "danger": False,
        "back_url": f"/verification/{agreement.pk}",
    }  # fmt: skip


def _intro(columns: str) -> str:
    said = _("Agreed columns: {columns}. Any other column is refused before anything is kept.")
    return str(said).format(columns=columns)


def _fields(reader: Reader, given: Mapping[str, str], refused: Refused | None) -> list[dict[str, Any]]:
    sides = [
        {"value": side, "label": reader.name_of(side), "chosen": given.get("side") == side} for side in (OURS, THEIRS)
    ]
    choose = [_input("side", _("Whose list it is"), "radio", given, refused, choices=sides)]
    total = _input(
        "control_total", _("Control total"), "number", given, refused, required=reader.agreement.totals_required,
        hint=_("How many rows the sender says there are. With another number of rows the whole list is set aside."),
    )  # fmt: skip
    file = _input(
        "file", _("File"), "file", given, refused, hint=_("Excel or CSV, with a heading row"), accept=_ACCEPTED
    )
    day = _input("day", _("Day of the list"), "date", {"day": given.get("day") or iso(reader.today)}, refused)
    return [*(choose if reader.side == OURS else []), file, total, day]


def _input(
    name: str, label: Any, kind: str, given: Mapping[str, str], refused: Refused | None, *, hint: Any = "",
    required: bool = True, choices: list[dict[str, Any]] | None = None, accept: str = "",
) -> dict[str, Any]:  # fmt: skip
    return {
        "name": name, "label": str(label), "hint": str(hint), "kind": kind, "value": given.get(name, ""),
        "errors": said_of(refused, name) if refused else [], "required": required, "unit": "",
        "choices": choices or [], "autocomplete": "off", "short": kind in ("date", "number"), "accept": accept,
    }  # fmt: skip


@require_GET
@signed_in
def show(request: HttpRequest, number: UUID, received: UUID) -> HttpResponse:
    """What became of a list: rows in = stored + rejected, each rejected row with its column and reason."""
    reader = _placed_to_look(request, number)
    rows = Lists.rows(reader.actor).defer(None).filter(agreement=reader.agreement, pk=received)
    found: ReceivedList | None = rows.first()
    if found is None:
        raise Http404
    return page(request, "pages/verification_list.html", {"received": _shown(reader, found)})


def _placed_to_look(request: HttpRequest, number: UUID) -> Reader:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    reader = reader_of(actor, number)
    if not reader.sees_people:
        raise Http404
    return reader


def _shown(reader: Reader, found: ReceivedList) -> dict[str, Any]:
    here = f"/verification/{reader.agreement.pk}"
    return {
        "title": reader.name_of(found.side), "day": found.day, "file": found.filename, "at": found.received_at,
        "by": found.received_by, "quarantined": found.state == QUARANTINED, "total": found.control_total,
        "rows": found.rows_in, "stored": found.stored, "rejected": found.rejected, "hash": found.sha256,
        "reasons": _reasons(found), "more": max(0, len(found.rejections) - REASONS_SHOWN), "bench_url": here,
        "columns": [(head, reader.field_word(name)) for name, head in found.columns.items()],
        "import_url": f"{here}/import" if reader.side else "",
        "compare_url": f"{here}/compare" if reader.side and found.state != QUARANTINED and _both(reader) else "",
    }  # fmt: skip


def _both(reader: Reader) -> bool:
    """Whether each side has sent a list; totals may also be compared with our own reports."""
    stored = Lists.rows(reader.actor).filter(agreement=reader.agreement, state=STORED).order_by()
    sent = set(stored.values_list("side", flat=True).distinct())
    return THEIRS in sent and (OURS in sent or reader.agreement.is_of_totals)


def _reasons(found: ReceivedList) -> dict[str, Any] | None:
    rows = [
        row(str(n), [number(one.get("row")), text(_column(found, one)), text(_reason(one))])
        for n, one in enumerate(found.rejections[:REASONS_SHOWN])
    ]
    heads = [Head(_("Row"), True), Head(_("Column")), Head(_("Reason"))]
    return plain_table(str(_("Rejected rows")), heads, rows) if rows else None


def _column(found: ReceivedList, one: Mapping[str, Any]) -> str:
    return str(one.get("column") or found.columns.get(one.get("field", ""), one.get("field", "")))


def _reason(one: Mapping[str, Any]) -> str:
    facts = one.get("facts") or {}
    return sentence(Problem(one.get("code", ""), one.get("field", ""), one.get("row"), one.get("column", ""), facts))
