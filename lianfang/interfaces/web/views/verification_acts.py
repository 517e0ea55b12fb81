"""What is done at the workbench (校核办理): answer, take back, reopen, compare, show in full for a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lianfang.capabilities.verification.actions import (
    answer_difference,
    compare_lists,
    reopen_difference,
    reveal_case,
    revealed,
    undo_answer,
)
from lianfang.capabilities.verification.decisions import refuse_if_changed
from lianfang.capabilities.verification.models import TOTAL, Item
from lianfang.domain.refusals import Refused
from lianfang.interfaces.web.views.frame import errors_of, page, signed_in, told
from lianfang.interfaces.web.views.tables import detail, link
from lianfang.interfaces.web.views.verification import ANSWERED, item_of, last_answer, workbench
from lianfang.interfaces.web.views.verification_queues import Chosen, chosen_in
from lianfang.interfaces.web.views.verification_sides import Reader, acting, reader_of
from lianfang.kernel.accounts.actor import Actor

_LONGEST_COUNT = 6  # digits
MOST_KEPT = 50  # answers of a session that can be taken back one after the other
_NAMES = ("name", "surname", "given_name")


def _placed(request: HttpRequest, number: UUID) -> Reader:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    reader = reader_of(actor, number)
    if not reader.sees_people:
        raise Http404
    acting(reader)
    return reader


@require_POST
@signed_in
def answer(request: HttpRequest, number: UUID) -> HttpResponse:
    """One answer for one's side; the next difference of the queue comes after it."""
    reader = _placed(request, number)
    chosen = chosen_in(request.POST)
    item = item_of(reader, chosen.item)
    verdict = request.POST.get("verdict", "")
    evidence = request.POST.get("evidence", "") if reader.answers_for_both else ""
    try:
        _check_seen(item, request.POST.get("seen", ""))
        answer_difference(
            reader.actor, unit=acting(reader), item=item, verdict=verdict, note=request.POST.get("note", ""),
            evidence=evidence, chosen=_chosen_fields(request.POST),
        )  # fmt: skip
    except Refused as refused:
        return workbench(request, reader, chosen, refused=refused, given=request.POST)
    _remember(request, item)
    after = request.POST.get("after", "")
    return redirect(Chosen(chosen.queue, chosen.page, after, chosen.place).url(reader))


def _check_seen(item: Item, seen: str) -> None:
    """Nobody answers over the head of whoever answered since the page was drawn."""
    if seen.isascii() and seen.isdigit() and len(seen) <= _LONGEST_COUNT:
        refuse_if_changed(item, int(seen))


def _chosen_fields(posted: Mapping[str, str]) -> dict[str, str]:
    """Field -> side, of a choice field by field."""
    return {name.removeprefix("chosen-"): side for name, side in posted.items() if name.startswith("chosen-")}


def _remember(request: HttpRequest, item: Item) -> None:
    answered = [*request.session.get(ANSWERED, []), str(item.pk)]
    request.session[ANSWERED] = answered[-MOST_KEPT:]


@require_POST
@signed_in
def undo(request: HttpRequest, number: UUID) -> HttpResponse:
    """Take one's last answer to a difference back, or the last of this session, and look at the difference again."""
    reader = _placed(request, number)
    last = None if request.POST.get("item") else last_answer(request, reader)
    key = str(last.item_id) if last else request.POST.get("item", "")
    if not key:
        return redirect(f"/verification/{number}")
    try:
        undo_answer(reader.actor, unit=acting(reader), item=item_of(reader, key))
    except Refused as refused:
        return workbench(request, reader, Chosen(item=key), refused=refused)
    _forget(request, key)
    return redirect(Chosen(item=key).url(reader))


def _forget(request: HttpRequest, key: str) -> None:
    """Drop the newest answer to a difference from those of the session."""
    answered = list(request.session.get(ANSWERED, []))[::-1]
    if key in answered:
        answered.remove(key)
        request.session[ANSWERED] = answered[::-1]


@require_POST
@signed_in
def reopen(request: HttpRequest, number: UUID) -> HttpResponse:
    """Open a settled difference again, for a reason that stays on record."""
    reader = _placed(request, number)
    chosen = chosen_in(request.POST)
    try:
        reopen_difference(
            reader.actor, unit=acting(reader), item=item_of(reader, chosen.item), reason=request.POST.get("reason", "")
        )
    except Refused as refused:
        return workbench(request, reader, chosen, refused=refused, given=request.POST)
    return redirect(Chosen(item=chosen.item).url(reader))


@require_POST
@signed_in
def compare(request: HttpRequest, number: UUID) -> HttpResponse:
    """Compare the newest lists of both sides; what was answered stays answered."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    reader = reader_of(actor, number)
    run = compare_lists(actor, unit=acting(reader), agreement=reader.agreement)
    said = _("Run {number}: {new} new differences.") if run.state != "waiting" else _("Run {number} is under way.")
    told(request, str(said).format(number=run.number, new=run.counts.get("new", 0)))
    return redirect(f"/verification/{number}")


@require_http_methods(["GET", "POST"])
@signed_in
def reveal(request: HttpRequest, number: UUID, item: UUID) -> HttpResponse:
    """Ask for the reason, log it, and show names, numbers, phones and addresses of one difference once."""
    reader = _placed(request, number)
    found = item_of(reader, str(item))
    if found.klass == TOTAL:
        raise Http404
    refused = None
    if request.method == "POST":
        try:
            reveal_case(reader.actor, unit=acting(reader), item=found, purpose=request.POST.get("purpose", ""))
            return page(request, "pages/detail.html", {"detail": _opened(reader, found)})
        except Refused as problem:
            refused = problem
    form = _asking(reader, found, request, refused)
    errors = errors_of(refused) if refused else []
    return page(request, "pages/form.html", {"form": form, "errors": errors}, status=422 if refused else 200)


def _back(reader: Reader, item: Item) -> str:
    return Chosen(item=str(item.pk)).url(reader)


def _asking(reader: Reader, item: Item, request: HttpRequest, refused: Refused | None) -> dict[str, Any]:
    given = request.POST.get("purpose", "")
    field = {
        "name": "purpose", "label": str(_("What do you need it for?")),
        "hint": str(_("Both sides can see who looked, when and why.")),
        "kind": "text", "value": given, "errors": [e["message"] for e in errors_of(refused)] if refused else [],
        "required": True, "unit": "", "choices": [], "autocomplete": "off", "short": False, "accept": "",
    }  # fmt: skip
    return {
        "title": str(_("Show names and numbers in full")), "sub": item.shown_number, "intro": "", "facts": [],
        "fields": [field], "action": request.path, "verb": str(_("Show")), "files": False, "sentence": "", "tick": "",
        "danger": False, "back_url": _back(reader, item),
    }  # fmt: skip


def _opened(reader: Reader, item: Item) -> dict[str, Any]:
    """Both rows in full, side by side as facts; the page is never kept by caches."""
    rows = {"ours": item.row_ours, "theirs": item.row_theirs}
    secrets = revealed(item)
    facts = []
    for side in (reader.left, reader.right):
        row = rows[side]
        if row is None:
            continue
        plain = {**row.values, **secrets.get(side, {}), **({"name": row.name} if row.name else {})}
        named = [name for name in reader.agreement.names if plain.get(name)]
        facts += [(f"{reader.side_word(side)} · {reader.field_word(name)}", plain[name]) for name in named]
    return {
        **detail(item.shown_number, str(_("Shown once; this was logged.")), facts),
        "actions": [link(_("Back to the workbench"), _back(reader, item), "compare")],
        "back": {"label": str(_("Two-way verification")), "url": _back(reader, item)},
    }  # fmt: skip
