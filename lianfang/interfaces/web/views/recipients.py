"""Recipients outside the tree and what each of them holds (对上报送): hand copies over, take them as files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from lianfang.capabilities.upward.actions import HANDERS, hand_over_report, in_force, rendered
from lianfang.capabilities.upward.corrections import CORRECTED, newest_copies, old_figures
from lianfang.capabilities.upward.filling import Change
from lianfang.capabilities.upward.layouts import layout_named
from lianfang.capabilities.upward.models import FILES, PDF, XLSX, HandedCopy, Recipient
from lianfang.domain.refusals import Refused
from lianfang.interfaces.web.views import states
from lianfang.interfaces.web.views.daily import language
from lianfang.interfaces.web.views.frame import day_of, page, signed_in, told, unit_of
from lianfang.interfaces.wording import sentence
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.dues.models import HANDOVER, Due
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.registers.register import registers
from lianfang.kernel.reporting.forms import DAILY, form_on
from lianfang.kernel.reporting.reports import current_report

LONGEST_KEY = 18  # digits that surely fit a number of the database
MEDIA: Mapping[str, str] = {
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    PDF: "application/pdf",
}


@require_GET
@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The recipients of a day: until when, as what, what they hold, and who holds an old figure."""
    actor, unit = _placed(request, code)
    day = day_of(request, unit)
    recipients = list(Recipient.objects.filter(in_force(day), unit=unit).order_by("deadline", "id"))
    copies = newest_copies(unit, day)
    dues = _dues(unit, day)
    hands = actor.holds(HANDERS, unit)
    rows = [_row(one, copies.get(one.pk), dues.get(one.slot, {}), hands=hands) for one in recipients]
    context = {
        "unit": str(unit), "day": day, "periods": _periods(unit, day), "signed": _signed(unit, day), "rows": rows,
        "hand_url": f"/upward/{unit.code}/hand-over?day={day}", "to_send": sum(row["hand"] for row in rows),
        "add_url": "/do/recipient.named" if hands else "", "board_url": f"/board/{unit.code}?day={day}",
        "copies_url": _copies_url(unit, day) if registers["handed-copies"].open_to(request.actor) else "",  # type: ignore[attr-defined]
    }  # fmt: skip
    return page(request, "pages/recipients.html", {"upward": context})


def _copies_url(unit: Unit, day: date) -> str:
    return f"/list/handed-copies?{urlencode({'unit': unit.code, 'day': str(day)})}"


def _placed(request: HttpRequest, code: str) -> tuple[Actor, Unit]:
    """The unit in the address, over which the actor holds a duty; a member's own unit is not one."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit = unit_of(actor, code)
    if not any(post.unit.covers(unit) for post in actor.posts):
        raise Refused("scope", "unit")
    return actor, unit


def _periods(unit: Unit, day: date) -> list[dict[str, Any]]:
    today = clock.today(unit.zone)
    before = today - timedelta(days=1)
    return [
        {"label": str(_("yesterday")), "url": f"/upward/{unit.code}?day={before}", "current": day == before},
        {"label": str(_("today")), "url": f"/upward/{unit.code}", "current": day == today},
    ]


def _signed(unit: Unit, day: date) -> dict[str, Any] | None:
    """The one report from which all copies of the day are made."""
    report = current_report(unit, DAILY, day)
    if report is None or report.returned_at is not None:
        return None
    return {
        "revision": report.revision, "at": report.received_at, "signer": report.signer, "hash": report.hash,
        "url": f"/reports/{unit.code}/{day}/{DAILY}",
    }  # fmt: skip


def _dues(unit: Unit, day: date) -> dict[str, dict[str, Due]]:
    """Slot -> line -> due."""
    found: dict[str, dict[str, Due]] = {}
    for due in Due.objects.filter(unit=unit, kind=HANDOVER, day=day).select_related("unit"):
        found.setdefault(due.slot, {})[due.line] = due
    return found


def _row(recipient: Recipient, copy: HandedCopy | None, dues: Mapping[str, Due], *, hands: bool) -> dict[str, Any]:
    old = old_figures(copy) if copy else []
    first = next((due for line, due in dues.items() if line != CORRECTED), None)
    return {
        "key": recipient.pk, "name": str(recipient), "layout": _layout_title(recipient),
        "deadline": recipient.deadline, "file": dict(FILES)[recipient.file],
        **_state(copy, old, first), "copy": _copy(copy) if copy else None,
        "old": [_old(copy, change) for change in old] if copy else [],
        "corrected_by": dues[CORRECTED].due_at if old and CORRECTED in dues else None,
        "hand": hands and (copy is None or bool(old)),
    }  # fmt: skip


def _layout_title(recipient: Recipient) -> str:
    try:
        return str(layout_named(recipient.unit, recipient.layout))
    except Refused:
        return recipient.layout


def _state(copy: HandedCopy | None, old: list[Change], due: Due | None) -> dict[str, Any]:
    at = clock.now()
    if old:
        return {"status": "returned", "word": str(_("Holds an old figure"))}
    if copy is not None:
        return {"status": "sent" if copy.on_time else "late", "word": str(_("Handed over")) if copy.on_time else None}
    word = states.word_of(due, at)
    return {"status": states.state_of(due, at), "word": word or (None if due is None else str(_("To hand over")))}


def _copy(copy: HandedCopy) -> dict[str, Any]:
    at = f"/upward/{copy.unit.code}/copies/{copy.pk}"
    return {
        "at": copy.handed_at, "by": copy.handed_by, "number": copy.number, "revision": copy.revision,
        "hash": copy.hash, "files": [{"label": words, "url": f"{at}.{file}"} for file, words in FILES],
    }  # fmt: skip


def _old(copy: HandedCopy, change: Change) -> dict[str, Any]:
    found = Unit.objects.filter(code=change.unit).first() if change.unit else None
    item = form_on(copy.form, copy.day).item(change.item)
    return {
        "unit": str(found) if found else change.unit,
        "label": item.zh if language() == "zh" else item.en,
        "old": change.old,
        "new": change.new,
    }


@require_POST
@signed_in
def hand_over(request: HttpRequest, code: str) -> HttpResponse:
    """Hand the day's figures to one recipient, or to everybody who has none or an old one."""
    actor, unit = _placed(request, code)
    day = day_of(request, unit)
    done, refused = 0, []
    for recipient in _chosen(unit, day, request.POST.get("recipient", "")):
        try:
            hand_over_report(actor, recipient=recipient, day=day)
            done += 1
        except Refused as found:
            if found.code in ("scope", "role.ended"):
                raise
            refused += [f"{recipient}: {sentence(problem)}" for problem in found.problems]
    _tell(request, done, refused)
    return redirect(f"/upward/{unit.code}?day={day}")


def _chosen(unit: Unit, day: date, given: str) -> list[Recipient]:
    served = Recipient.objects.filter(in_force(day), unit=unit).order_by("deadline", "id")
    if given != "all":
        found = (
            served.filter(pk=int(given))
            if given.isascii() and given.isdigit() and len(given) <= LONGEST_KEY
            else served.none()
        )
        if not found:
            raise Http404
        return list(found)
    copies = newest_copies(unit, day)
    return [one for one in served if one.pk not in copies or old_figures(copies[one.pk])]


def _tell(request: HttpRequest, done: int, refused: list[str]) -> None:
    from django.contrib import messages  # noqa: PLC0415

    if done:
        text = ngettext(
            "{n} copy is ready. Take the file and send it.", "{n} copies are ready. Take the files and send them.", done
        )
        told(request, text.format(n=done))
    for text in dict.fromkeys(refused):
        messages.error(request, text)


@require_GET
@signed_in
def copy(request: HttpRequest, code: str, number: UUID, file: str) -> HttpResponse:
    """A copy as a file: the very bytes that were handed over, or the same sheet as the other kind of file."""
    _actor, unit = _placed(request, code)
    found = HandedCopy.objects.filter(pk=number, unit=unit).select_related("recipient").first()
    if found is None or file not in MEDIA:
        raise Http404
    content = bytes(found.content) if file == found.file else rendered(found.sheet, file)
    name = f"{found.sheet['title']}-{found.day}-{found.recipient.name}-{found.number}.{file}"
    response = HttpResponse(content, content_type=MEDIA[file])
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "no-store"
    return response
