"""One run of two-way verification (校核批次): what it found, how sure that is, what both lists miss, who has signed."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from lianfang.capabilities.verification.actions import agreement_rate, sign_off
from lianfang.capabilities.verification.fields import OURS, SIDES
from lianfang.capabilities.verification.models import UNSETTLED, ReceivedList, Run
from lianfang.capabilities.verification.register import Runs
from lianfang.domain.refusals import Refused
from lianfang.domain.two_lists.agreement import agreement
from lianfang.domain.two_lists.capture import Estimates, Links, estimates
from lianfang.domain.two_lists.overlap import Overlap
from lianfang.interfaces.titles import listed
from lianfang.interfaces.two_files.labels import REASONS
from lianfang.interfaces.web.templatetags.formats import iso, percent, plain
from lianfang.interfaces.web.views import states
from lianfang.interfaces.web.views.frame import errors_of, page, signed_in, told
from lianfang.interfaces.web.views.verification import run_state
from lianfang.interfaces.web.views.verification_pairs import class_word, missing_word
from lianfang.interfaces.web.views.verification_queues import rows_of
from lianfang.interfaces.web.views.verification_sides import Reader, acting, reader_of
from lianfang.kernel.accounts.actor import Actor

OPEN_NAMED: Final = 20  # differences that still stand in the way of a signature
_SHOWN_OF_A_HASH: Final = 16
_SHARES: Final = 1_000  # parts of a share that are told apart


@require_GET
@signed_in
def show(request: HttpRequest, number: UUID, run: int) -> HttpResponse:
    """A run: counts, agreement before and after, estimates with their limits, lists and hashes, both signatures."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    reader = reader_of(actor, number)
    return _page(request, reader, run_named(reader, run))


@require_POST
@signed_in
def sign(request: HttpRequest, number: UUID, run: int) -> HttpResponse:
    """Sign a run off for one's side; refused while something of it is open, which is then named."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    reader = reader_of(actor, number)
    found = run_named(reader, run)
    evidence = request.POST.get("evidence", "") if reader.answers_for_both else ""
    try:
        if request.POST.get("tick") != "yes":
            raise Refused("required", "tick", reason="unticked")
        sign_off(actor, unit=acting(reader), run=found, evidence=evidence)
    except Refused as refused:
        return _page(request, reader, found, refused)
    told(request, str(_("Signed.")))
    return redirect(f"/verification/{number}/runs/{run}")


def run_named(reader: Reader, number: int) -> Run:
    """A run of the agreement by its number; one that may not be seen is not there."""
    rows = Runs.rows(reader.actor).filter(agreement=reader.agreement, number=number)
    run: Run | None = rows.select_related("list_ours", "list_theirs").first()
    if run is None:
        raise Http404
    return run


def _page(request: HttpRequest, reader: Reader, run: Run, refused: Refused | None = None) -> HttpResponse:
    shown = {
        "number": run.number, "at": run.started_at, "by": run.started_by, "state": run_state(run),
        "left": reader.name_of(reader.left), "right": reader.name_of(reader.right),
        "bench_url": f"/verification/{reader.agreement.pk}" if reader.sees_people else "",
        "figures": _figures(reader, run), "rate": _rate(reader, run), "lists": _lists(reader, run),
        "estimates": _estimates(reader, run), "units_url": _units_url(reader, run),
        "signatures": _signatures(reader, run), "sign": _sign(reader, run),
        "settings": _settings(run),
    }  # fmt: skip
    context = {"run": shown, "errors": errors_of(refused) if refused else []}
    return page(request, "pages/verification_run.html", context, status=422 if refused else 200)


def _figures(reader: Reader, run: Run) -> list[dict[str, Any]]:
    if run.kind == "totals":
        return _figures_of_totals(reader, run)
    names = ("agree", "conflict", "possible", f"only_{reader.left}", f"only_{reader.right}")
    return [states.figure(class_word(reader, name), run.counts.get(name, 0)) for name in names]


def _figures_of_totals(reader: Reader, run: Run) -> list[dict[str, Any]]:
    """Units and days: agreeing, differing upwards and downwards, given by one side only."""
    more, less = ("over", "under") if reader.left == OURS else ("under", "over")
    named = [("agree", _("Agree")), (more, _("Ours more")), (less, _("Ours less"))]
    named += [(f"missing_{side}", missing_word(reader, side)) for side in (reader.left, reader.right)]
    return [states.figure(str(word), run.counts.get(name, 0)) for name, word in named]


def _rate(reader: Reader, run: Run) -> dict[str, str]:
    """Cases on which both sides agree, of all: as the run found it, and with what both have settled since."""
    union = run.counts.get("union", 0)
    if not reader.sees_people:
        return {"before": f"{plain(run.counts.get('agree', 0))}/{plain(union)}", "after": ""}
    before, after = agreement_rate(run)
    whole = max(union, 1)
    first, now = int(before * whole), int(after * whole)
    return {
        "before": f"{plain(first)}/{plain(whole)}", "before_share": percent(first, whole),
        "after": f"{plain(now)}/{plain(whole)}", "after_share": percent(now, whole),
    }  # fmt: skip


def _lists(reader: Reader, run: Run) -> list[dict[str, Any]]:
    return [_list(reader, run, side) for side in (reader.left, reader.right)]


def _list(reader: Reader, run: Run, side: str) -> dict[str, Any]:
    received: ReceivedList | None = getattr(run, f"list_{side}")
    return {
        "side": reader.name_of(side), "hash": getattr(run, f"hash_{side}")[:_SHOWN_OF_A_HASH],
        "day": iso(received.day) if received else "—", "rows": received.rows_in if received else None,
        "stored": received.stored if received else None, "rejected": received.rejected if received else None,
        "twice": run.counts.get(f"duplicates_{side}"),
        "url": f"/verification/{reader.agreement.pk}/lists/{received.pk}" if received and reader.sees_people else "",
    }  # fmt: skip


def _overlap(run: Run) -> Overlap:
    """What the lists have in common; possible pairs count as two persons until somebody has decided."""
    counts = run.counts
    both = counts.get("agree", 0) + counts.get("conflict", 0)
    apart = counts.get("possible", 0)
    return Overlap(both, counts.get("only_ours", 0) + apart, counts.get("only_theirs", 0) + apart)


def _estimates(reader: Reader, run: Run) -> dict[str, Any] | None:
    if run.state == "waiting" or not run.counts or run.kind == "totals":
        return None
    found = _overlap(run)
    both, false = int(found.both), float(run.counts.get("expected_false", 0))
    links = Links(both, both - false, float(run.counts.get("expected_missed", 0)), run.counts.get("possible", 0))
    known = estimates(found, links)
    return {
        "lines": [*_measured(reader, found, known), *_sure(run)],
        "persons": _persons(known),
        "why_not": _why(known),
    }


def _measured(reader: Reader, found: Overlap, known: Estimates) -> list[tuple[str, str]]:
    worth, told_ = known.sensitivity, agreement(found)
    seen = (worth.ours_by_theirs, worth.theirs_by_ours)
    left, right = seen if reader.left == OURS else seen[::-1]
    return [
        (str(_("On both lists, of all")), _share(told_.concordance)),
        (str(_("Our list has of theirs")), _share(left)),
        (str(_("Their list has of ours")), _share(right)),
    ]


def _sure(run: Run) -> list[tuple[str, str]]:
    """How many pairs are expected to be wrong, or overlooked, by the model of this run."""
    named = (("expected_false", _("Expected wrong pairs")), ("expected_missed", _("Expected overlooked pairs")))
    return [(str(word), f"{run.counts[name]:.2f}") for name, word in named if name in run.counts]


def _share(part: float | None) -> str:
    return "—" if part is None else percent(round(part * _SHARES), _SHARES)


def _persons(known: Estimates) -> str:
    if not known.readable:
        return ""
    best = known.corrected
    low, high = (plain(round(one)) for one in (best.limits.lower, best.limits.upper))
    missed = max(round(best.persons - known.found.union), 0)
    said = str(_("About {n} cases in all (95 %: {low} to {high}).")).format(
        n=plain(round(best.persons)), low=low, high=high
    )
    if not missed:
        return said
    on_neither = ngettext("About {n} of them is on neither list.", "About {n} of them are on neither list.", missed)
    return f"{said} {on_neither.format(n=plain(missed))}"


def _why(known: Estimates) -> str:
    """Why the number of all cases is not shown; empty when it is."""
    reasons = listed(str(REASONS[reason]) for reason in known.why_not)
    return str(_("How many cases there are in all is not shown: {reasons}.")).format(reasons=reasons) if reasons else ""


def _units_url(reader: Reader, run: Run) -> str:
    """Where totals are followed from our unit down to the days that differ."""
    here = f"/verification/{reader.agreement.pk}/runs/{run.number}"
    return f"{here}/units/{reader.agreement.unit.code}" if run.kind == "totals" else ""


def _signatures(reader: Reader, run: Run) -> list[dict[str, Any]]:
    return [
        {
            "side": reader.name_of(side), "at": getattr(run, f"signed_{side}_at"),
            "by": getattr(run, f"signed_{side}_by"),
        }
        for side in (reader.left, reader.right)
    ]  # fmt: skip


def _sign(reader: Reader, run: Run) -> dict[str, Any] | None:
    """The signature one may give, or what is still open before one may; None for whoever only looks on."""
    if not reader.side or not reader.sees_people or run.state in ("waiting", "signed"):
        return None
    unsigned = [side for side in SIDES if getattr(run, f"signed_{side}_at") is None]
    if reader.side not in unsigned and not reader.answers_for_both:
        return None
    open_ = list(rows_of(reader).filter(run=run, state__in=UNSETTLED).order_by("number")[: OPEN_NAMED + 1])
    here = f"/verification/{reader.agreement.pk}"
    return {
        "url": f"{here}/runs/{run.number}/sign",
        "open": [{"number": one.shown_number, "url": f"{here}?item={one.pk}"} for one in open_[:OPEN_NAMED]],
        "more": len(open_) > OPEN_NAMED,
        "for_other": reader.name_of(reader.right) if reader.answers_for_both and reader.right in unsigned else "",
        "sentence": _sentence(reader, run),
    }  # fmt: skip


def _sentence(reader: Reader, run: Run) -> str:
    union = run.counts.get("union", 0)
    said = ngettext(
        "{side} has checked run {number} against the other side's list: {n} case, no difference is open.",
        "{side} has checked run {number} against the other side's list: {n} cases, no difference is open.",
        union,
    )
    return said.format(side=reader.name_of(reader.left), number=run.number, n=plain(union))


def _settings(run: Run) -> list[tuple[str, str]]:
    named = (("accept", _("Taken for one person from")), ("review", _("Shown to people from")))
    return [(str(word), str(run.settings[name])) for name, word in named if name in run.settings]
