"""The daily briefing of a unit (日报): its days and versions, the text with its figures, files, and the assessment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lianfang.capabilities.briefings.actions import ASSESSORS, BRIEFERS, assess_briefing, compose_briefing
from lianfang.capabilities.briefings.counting import PERIOD
from lianfang.capabilities.briefings.indicators import indicators
from lianfang.capabilities.briefings.models import ASSESSMENT_LENGTH, Briefing
from lianfang.capabilities.briefings.register import Briefings
from lianfang.domain.briefing.wording import LANGUAGES
from lianfang.domain.refusals import Refused
from lianfang.interfaces.briefing import Sheet, sheet_of
from lianfang.interfaces.briefing.document import as_document
from lianfang.interfaces.briefing.paper import as_paper
from lianfang.interfaces.briefing.workbook import as_workbook
from lianfang.interfaces.web.templatetags.formats import language
from lianfang.interfaces.web.views.frame import (
    day_of,
    errors_of,
    page,
    past_day_of,
    said_of,
    signed_in,
    span_of,
    told,
    unit_of,
)  # fmt: skip
from lianfang.interfaces.wording import sentence
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.audit.ops import record
from lianfang.kernel.briefing import outcomes
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.ops import policy_of

FILES: Final[Mapping[str, tuple[Callable[[Sheet], bytes], str]]] = {
    "pdf": (as_paper, "application/pdf"),
    "docx": (as_document, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": (as_workbook, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
LISTED: Final = 60  # versions on the page; all are in the register


def placed(request: HttpRequest, code: str) -> tuple[Actor, Unit]:
    """The unit in the address, over which the actor holds a duty that may read briefings."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit = unit_of(actor, code)
    if not actor.holds(Briefings.roles, unit):
        raise Refused("scope", "unit")
    return actor, unit


@require_GET
@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The briefing of a day, its newest version unless another is asked for, and all versions there are."""
    actor, unit = placed(request, code)
    day = past_day_of(request, unit)
    return page(request, "pages/briefings.html", {"briefing": _shown(request, actor, unit, day)})


def _shown(request: HttpRequest, actor: Actor, unit: Unit, day: date, refused: Refused | None = None) -> dict[str, Any]:
    versions = list(Briefing.objects.filter(unit=unit, day=day).select_related("unit").order_by("-version"))
    chosen = _chosen(versions, request.GET.get("version", ""))
    here = f"/briefings/{unit.code}"
    return {
        "unit": str(unit), "code": unit.code, "day": day, "here": here, "today": clock.today(unit.zone),
        "sheet": sheet_of(chosen, language()) if chosen else None, "files": _files(here, chosen),
        "newest": bool(chosen) and chosen == versions[0], "versions": [_version(here, one, chosen) for one in versions],
        "composes": actor.holds(BRIEFERS, unit), "days": _days(here, unit, day),
        "assess": _assess(actor, unit, request, chosen, versions, refused),
        "indicators": _indicators(request, unit),
    }  # fmt: skip


def _chosen(versions: list[Briefing], asked: str) -> Briefing | None:
    if not asked:
        return versions[0] if versions else None
    found = next((one for one in versions if str(one.version) == asked), None)
    if found is None:
        raise Http404
    return found


def _files(here: str, chosen: Briefing | None) -> list[dict[str, str]]:
    if chosen is None:
        return []
    words = {"zh": "中文", "en": "English"}
    return [
        {"label": kind.upper(), "lang": lang, "word": words[lang], "url": f"{here}/{chosen.pk}.{kind}?lang={lang}"}
        for lang in LANGUAGES
        for kind in FILES
    ]


def _version(here: str, one: Briefing, chosen: Briefing | None) -> dict[str, Any]:
    return {
        "number": one.version, "url": f"{here}?day={one.day}&version={one.version}", "at": one.at, "by": one.by,
        "current": one == chosen, "hash": one.hash, "why": _why(one),
    }  # fmt: skip


def _why(one: Briefing) -> str:
    if one.version == 1:
        return _("first version")
    if one.changed == ["assessment"]:
        return one.reason or _("assessment written")
    return _("%(n)s figures changed") % {"n": len(one.changed)}


def _days(here: str, unit: Unit, day: date) -> list[dict[str, Any]]:
    """The days that have a briefing, newest first, with how many versions each has."""
    rows = Briefing.objects.filter(unit=unit).order_by("-day", "-version").values_list("day", "version")[:LISTED]
    newest: dict[date, int] = {}
    for one, version in rows:
        newest.setdefault(one, version)
    return [
        {"day": one, "versions": version, "url": f"{here}?day={one}", "current": one == day}
        for one, version in newest.items()
    ]


def _assess(
    actor: Actor, unit: Unit, request: HttpRequest, chosen: Briefing | None, versions: list[Briefing],
    refused: Refused | None,
) -> dict[str, Any] | None:  # fmt: skip
    """The form of the assessment, under the newest version only."""
    if chosen is None or chosen != versions[0] or not actor.holds(ASSESSORS, unit):
        return None
    asked = [("text", _("What the figures mean"), "textarea", chosen.assessment)]
    asked += [("reason", _("Why it is changed"), "text", "")] if chosen.assessment else []
    fields = [_field(name, label, kind, request.POST.get(name, kept), refused) for name, label, kind, kept in asked]
    return {"again": bool(chosen.assessment), "key": str(chosen.pk), "fields": fields}


def _field(name: str, label: str, kind: str, value: str, refused: Refused | None) -> dict[str, Any]:
    return {
        "name": name, "label": label, "kind": kind, "value": value, "errors": said_of(refused, name) if refused else [],
        "required": True, "hint": "", "unit": "", "choices": [], "autocomplete": "", "short": False, "accept": "",
    }  # fmt: skip


def _indicators(request: HttpRequest, unit: Unit) -> dict[str, Any]:
    today = clock.today(unit.zone)
    since, until = span_of(request, today - PERIOD, today)
    fewest = policy_of(unit, on=until).small_cell
    found = indicators(outcomes(unit, since, until), language(), fewest=fewest)
    listed = f"/list/indicators?{urlencode({'unit': unit.code})}"
    return {"since": since, "until": until, "rows": found, "list_url": listed}


@require_POST
@signed_in
def compose(request: HttpRequest, code: str) -> HttpResponse:
    """Compose the day's briefing from the records as they are now."""
    actor, unit = placed(request, code)
    day = day_of(request, unit)
    try:
        made = compose_briefing(actor, unit=unit, day=day)
    except Refused as refused:
        if refused.code in ("scope", "role.ended"):
            raise
        for problem in refused.problems:
            messages.error(request, sentence(problem))
    else:
        told(request, _("Version %(n)s was composed from the records.") % {"n": made.version})
    return redirect(f"/briefings/{unit.code}?day={day}")


@require_POST
@signed_in
def assess(request: HttpRequest, code: str) -> HttpResponse:
    """Write the assessment into the newest version."""
    actor, unit = placed(request, code)
    briefing = _of(unit, request.POST.get("briefing", ""))
    text, reason = (request.POST.get(name, "").strip() for name in ("text", "reason"))
    try:
        if len(text) > ASSESSMENT_LENGTH:
            raise Refused("text.too_long", "text", limit=ASSESSMENT_LENGTH, high=ASSESSMENT_LENGTH)
        assess_briefing(actor, briefing=briefing, text=text, reason=reason)
    except Refused as refused:
        if refused.code in ("scope", "role.ended"):
            raise
        context = {"briefing": _shown(request, actor, unit, briefing.day, refused), "errors": errors_of(refused)}
        return page(request, "pages/briefings.html", context, status=422)
    told(request, _("The assessment stands in a new version."))
    return redirect(f"/briefings/{unit.code}?day={briefing.day}")


def _of(unit: Unit, number: str) -> Briefing:
    try:
        found = Briefing.objects.filter(unit=unit, pk=UUID(number)).select_related("unit").first()
    except ValueError:
        raise Http404 from None
    if found is None:
        raise Http404
    return found


@require_GET
@signed_in
def file(request: HttpRequest, code: str, number: UUID, kind: str) -> HttpResponse:
    """A version as a file in one of the languages; taking it is on record."""
    actor, unit = placed(request, code)
    lang = request.GET.get("lang") or language()
    if kind not in FILES or lang not in LANGUAGES:
        raise Http404
    briefing = _of(unit, str(number))
    sheet, (make, media) = sheet_of(briefing, lang), FILES[kind]
    content = make(sheet)
    record("briefing.taken", by=actor, unit=unit, subject=briefing, facts={"file": kind})
    response = HttpResponse(content, content_type=media)
    response["Content-Disposition"] = content_disposition_header(True, f"{sheet.file_name}.{kind}") or "attachment"
    response["Cache-Control"] = "no-store"
    return response
