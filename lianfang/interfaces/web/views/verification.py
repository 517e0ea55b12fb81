"""Two-way verification (双向校核): agreements and runs within one's scope, and the workbench of one agreement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lianfang.capabilities.verification.actions import DATA_OFFICERS
from lianfang.capabilities.verification.decisions import is_own_answer
from lianfang.capabilities.verification.fields import OURS, THEIRS
from lianfang.capabilities.verification.models import ONLY_THEIRS, UNSETTLED, Agreement, Item, ReceivedList, Run, Step
from lianfang.capabilities.verification.register import Agreements, Differences, DifferenceSteps, Runs
from lianfang.domain.identity import mask_name
from lianfang.domain.refusals import Refused
from lianfang.interfaces.web.templatetags.formats import day, percent
from lianfang.interfaces.web.views.frame import page, signed_in
from lianfang.interfaces.web.views.verification_pairs import pairs_of
from lianfang.interfaces.web.views.verification_panel import LAST_KEY, panel_of
from lianfang.interfaces.web.views.verification_queues import (
    SIZE,
    Chosen,
    chosen_in,
    counted,
    keys_of,
    listed_queues,
    page_of,
    rows_of,
)
from lianfang.interfaces.web.views.verification_sides import Reader, newest_run, reader_of, side_of
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.people.models import Membership

RUNS_SHOWN: Final = 20
ANSWERED: Final = "verification.answered"
"""Where a session keeps the differences answered in it, newest last: what U takes back."""


@require_GET
@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """The agreements within scope, what is open and overdue under each, and the runs, newest first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not Agreements.open_to(actor):
        raise Http404
    agreements = list(Agreements.rows(actor).order_by("-number"))
    open_ = _open_by_agreement(actor, agreements)
    newest = {
        run.agreement_id: run for run in Runs.rows(actor).order_by("agreement_id", "-number").distinct("agreement_id")
    }
    runs = Runs.rows(actor).order_by("-started_at")[:RUNS_SHOWN]
    context = {
        "rows": [_agreement(actor, one, newest.get(one.pk), open_.get(one.pk, {})) for one in agreements],
        "runs": [_run(actor, run) for run in runs],
        "add_url": "/verification/agree" if actor.roles & set(DATA_OFFICERS) else "",
    }
    return page(request, "pages/verification_home.html", {"verification": context})


def _open_by_agreement(actor: Actor, agreements: Sequence[Agreement]) -> dict[UUID, dict[str, int]]:
    """Agreement -> how many differences are open, and how many of them overdue."""
    found = Differences.rows(actor).filter(agreement__in=agreements, state__in=UNSETTLED).order_by()
    grouped = found.values("agreement_id").annotate(
        open=Count("pk"), overdue=Count("pk", filter=Q(due_at__lt=clock.now()))
    )
    return {one["agreement_id"]: one for one in grouped}


def _agreement(actor: Actor, one: Agreement, run: Run | None, open_: Mapping[str, int]) -> dict[str, Any]:
    reader = Reader(actor, one, side_of(actor, one))
    sees = Differences.open_to(actor)
    return {
        "key": str(one.pk), "url": f"/verification/{one.pk}", "number": one.number, "ours": str(one.unit),
        "theirs": str(one), "side": reader.side_word(reader.side) if reader.side else "",
        "frequency": one.get_frequency_display(), "ended": one.until is not None and one.until < reader.today,
        "open": open_.get("open", 0) if sees else None, "overdue": open_.get("overdue", 0) if sees else 0,
        "run": _run(actor, run) if run else None,
    }  # fmt: skip


def _run(actor: Actor, run: Run) -> dict[str, Any]:
    counts = run.counts
    return {
        "url": f"/verification/{run.agreement_id}/runs/{run.number}", "number": run.number, "at": run.started_at,
        "agreement": str(run.agreement), "unit": str(run.unit), "state": run_state(run), "ours": counts.get("ours"),
        "theirs": counts.get("theirs"), "agree": counts.get("agree"), "union": counts.get("union"),
        "rate": percent(counts.get("agree"), counts.get("union")), "new": counts.get("new"),
    }  # fmt: skip


def run_state(run: Run) -> dict[str, str]:
    """The state of a run in shape and word."""
    word = str(run.get_state_display())
    return {"state": {"waiting": "wait", "done": "info", "signed": "ok"}[run.state], "word": word}


@require_GET
@signed_in
def show(request: HttpRequest, number: UUID) -> HttpResponse:
    """The workbench of an agreement: queues, pairs side by side, and the difference one looks at."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    reader = reader_of(actor, number)
    if not reader.sees_people:
        run = newest_run(reader)
        return redirect(f"/verification/{number}/runs/{run.number}" if run else "/verification")
    chosen = chosen_in(request.GET)
    if request.GET.get("part") == "panel":
        return page(request, "parts/verification_panel.html", {"panel": _panel(reader, chosen)})
    return workbench(request, reader, chosen)


def _panel(reader: Reader, chosen: Chosen) -> dict[str, Any]:
    item = item_of(reader, chosen.item)
    return panel_of(reader, item, chosen, after=_after(keys_of(reader, chosen), item))


def workbench(
    request: HttpRequest, reader: Reader, chosen: Chosen, *, refused: Refused | None = None,
    given: Mapping[str, str] | None = None,
) -> HttpResponse:  # fmt: skip
    """The whole page; with a refusal, at the answer that was refused."""
    run = newest_run(reader)
    counts = counted(reader, run, chosen.place)
    found = page_of(reader, chosen)
    items, more = found[:SIZE], len(found) > SIZE
    item = _selected(reader, chosen, items)
    after = _after([str(one.pk) for one in items], item) if item else ""
    panel = panel_of(reader, item, chosen, after=after, refused=refused, given=given) if item else None
    undo = _undo(request, reader, panel)
    bench = {
        "title": _title(run), "here": f"/verification/{reader.agreement.pk}", "agreement": str(reader.agreement),
        "left": _half(reader, run, reader.left), "right": _half(reader, run, reader.right),
        "run": _run_line(reader, run, counts), "queues": listed_queues(reader, chosen, counts),
        "progress": {"done": counts["settled"], "whole": counts["whole"], "overdue": counts["overdue"]},
        "pairs": pairs_of(reader, items, chosen, _on_roster(reader, items)),
        "at": str(item.pk) if item else "", "panel": panel, "pager": _pager(reader, chosen, counts, more),
        "undo": undo, "may_write": bool(reader.side), "signs": _signs(reader, run, counts),
    }  # fmt: skip
    context = {"bench": bench, "keys": _keys(), "errors": panel["errors"] if panel else []}
    return page(request, "pages/verification.html", context, status=422 if refused else 200)


def _keys() -> list[dict[str, str]]:
    return [
        {"key": f"1–{LAST_KEY}", "does": str(_("decide"))},
        {"key": "0", "does": str(_("later"))},
        {"key": "U", "does": str(_("take back"))},
    ]


def _title(run: Run | None) -> str:
    return str(_("batch {day}")).format(day=day(run.started_at, "short")) if run else ""


def _half(reader: Reader, run: Run | None, side: str) -> dict[str, Any]:
    received: ReceivedList | None = getattr(run, f"list_{side}") if run else None
    return {
        "side": reader.side_word(side), "name": reader.name_of(side), "at": received.received_at if received else None,
    }  # fmt: skip


def _run_line(reader: Reader, run: Run | None, counts: Mapping[str, int]) -> dict[str, Any] | None:
    if run is None:
        return None
    sides = {OURS: run.counts.get("ours"), THEIRS: run.counts.get("theirs")}
    return {
        "url": f"/verification/{reader.agreement.pk}/runs/{run.number}", "state": run_state(run),
        "left": sides[reader.left], "right": sides[reader.right], "agree": run.counts.get("agree", 0),
        "review": counts["review"], "waiting": run.state == "waiting",
    }  # fmt: skip


def _selected(reader: Reader, chosen: Chosen, items: Sequence[Item]) -> Item | None:
    """The difference in the address, else the first of the queue; one that is not there is as none."""
    if not chosen.item:
        return items[0] if items else None
    among = next((one for one in items if str(one.pk) == chosen.item), None)
    return among or item_of(reader, chosen.item)


def item_of(reader: Reader, key: str) -> Item:
    """A difference of this agreement; one of another is not there."""
    try:
        item: Item | None = rows_of(reader).select_related("run").filter(pk=key).first()
    except (ValidationError, ValueError):
        item = None
    if item is None:
        raise Http404
    return item


def _after(keys: Sequence[str], item: Item) -> str:
    """What comes next in the queue when this one has left it: the one below, at its end the one above."""
    place = keys.index(str(item.pk)) if str(item.pk) in keys else None
    if place is None or len(keys) < 2:  # noqa: PLR2004 nothing else is there
        return ""
    return keys[place + 1 if place + 1 < len(keys) else place - 1]


def _on_roster(reader: Reader, items: Sequence[Item]) -> dict[bytes, str]:
    """Number's index -> who has it on our roster, of those whom only the other side's list names."""
    sought = [bytes(one.row_theirs.number_index) for one in items
              if one.klass == ONLY_THEIRS and one.row_theirs and one.row_theirs.number_index]  # fmt: skip
    if not sought or reader.side != OURS:
        return {}
    low, high = below(reader.agreement.unit.path)
    held = Membership.objects.filter(person__number_index__in=sought, unit__path__gte=low, unit__path__lt=high)
    found = held.filter(until=None).select_related("person", "unit")
    return {bytes(one.person.number_index or b""): f"{_masked(one)} · {one.unit}" for one in found}


def _masked(member: Membership) -> str:
    return mask_name(member.person.name)


def _pager(reader: Reader, chosen: Chosen, counts: Mapping[str, int], more: bool) -> dict[str, Any] | None:
    first, whole = (chosen.page - 1) * SIZE, counts[chosen.queue]
    if not more and chosen.page == 1:
        return None
    return {
        "first": first + 1, "last": min(first + SIZE, whole), "total": whole,
        "previous_url": chosen.url(reader, page=chosen.page - 1, item="") if chosen.page > 1 else "",
        "next_url": chosen.url(reader, page=chosen.page + 1, item="") if more else "",
    }  # fmt: skip


def _signs(reader: Reader, run: Run | None, counts: Mapping[str, int]) -> str:
    """The address where one's side signs the run, once nothing of it is open."""
    ready = run is not None and run.state == "done" and bool(reader.side) and not counts["in_the_way"]
    return f"/verification/{reader.agreement.pk}/runs/{run.number}" if ready and run else ""


def _undo(request: HttpRequest, reader: Reader, panel: dict[str, Any] | None) -> dict[str, str] | None:
    """The last answer of this session that can still be taken back; U is its key, unless the panel is about it."""
    step = last_answer(request, reader)
    if step is None or (panel and panel["undo"] and panel["key"] == str(step.item_id)):
        return None
    if panel:
        panel["undo"] = panel["undo"] and "button"
    word = reader.verdict_word(step.verdict)
    return {"item": str(step.item_id), "text": str(_("{number}: {answer}")).format(number=step.item, answer=word)}


def last_answer(request: HttpRequest, reader: Reader) -> Step | None:
    """The newest step of the newest difference answered in this session, if it is one's own and nothing came since."""
    steps = DifferenceSteps.rows(reader.actor).filter(item__agreement=reader.agreement)
    for key in reversed(request.session.get(ANSWERED, [])):
        last: Step | None = (
            steps.filter(item_id=key, undone_at=None).exclude(act="undone").order_by("-at", "-pk").first()
        )
        if is_own_answer(last, reader.actor):
            return last
    return None
