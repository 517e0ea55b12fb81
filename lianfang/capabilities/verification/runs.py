"""Runs of two-way verification (校核批次): two lists compared once, repeatable, signed by both sides when closed."""

from __future__ import annotations

from dataclasses import asdict
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from django.db import connection
from django.db.models import Max

from lianfang.capabilities.verification.agreements import BOTH_SIDES, side_of
from lianfang.capabilities.verification.due import owe
from lianfang.capabilities.verification.fields import OURS, THEIRS, other
from lianfang.capabilities.verification.found import differences
from lianfang.capabilities.verification.items import Ledger
from lianfang.capabilities.verification.linking import Side, as_kept, compare, opened_side
from lianfang.capabilities.verification.models import (
    DUPLICATE,
    SETTLED,
    STORED,
    UNSETTLED,
    Agreement,
    Item,
    ReceivedList,
    Run,
)
from lianfang.capabilities.verification.totals import (
    compare_figures,
    counts_of,
    differing,
    figures_of_list,
    figures_of_reports,
    looked_at,
    margins_of,
)
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action
from lianfang.kernel.database.columns import arrays, columns
from lianfang.kernel.orgs.models import Unit

if TYPE_CHECKING:
    from lianfang.domain.linkage import Reconciliation

AT_ONCE: Final = 5_000  # rows of both lists that are compared while somebody waits; more is the work of the worker
BATCH: Final = 5_000  # links written by one statement
_LINKS = f"""
INSERT INTO verification_link (run_id, row_ours_id, row_theirs_id, kind, found_by, weight, probability)
SELECT %s, k.* FROM unnest({arrays(("uuid", "uuid", "text", "text", "float8", "float8"))}) AS k
"""


@action("lists.compared", by=BOTH_SIDES, over="unit", facts=("unit", "agreement", "ours", "theirs"))
def compare_lists(
    by: Actor, *, unit: Unit, agreement: Agreement, ours: ReceivedList | None = None, theirs: ReceivedList | None = None
) -> Run:
    """Compare our list with the other side's, by default the newest of each, and open what differs.

    Very long lists are compared by the worker. Refused: `list.none` when a side has no stored list, `scope`.
    """
    side_of(by, agreement, unit)
    listed = _list(agreement, THEIRS, theirs)
    own = None if agreement.is_of_totals and ours is None else _list(agreement, OURS, ours)
    if listed is None or (own is None and not agreement.is_of_totals):
        raise Refused("list.none", THEIRS if listed is None else OURS)
    run = Run.objects.create(
        unit_id=agreement.unit_id, theirs_id=agreement.theirs_id, agreement=agreement, number=_next_number(agreement),
        kind="totals" if agreement.is_of_totals else "people", state="waiting", list_ours=own, list_theirs=listed,
        hash_ours=own.sha256 if own else "", hash_theirs=listed.sha256, started_at=clock.now(),
        started_by=by.name[:60],
    )  # fmt: skip
    if listed.stored + (own.stored if own else 0) <= AT_ONCE:
        carry_out(run, by)
    return run


def _list(agreement: Agreement, side: str, given: ReceivedList | None) -> ReceivedList | None:
    stored = ReceivedList.objects.filter(agreement=agreement, side=side, state=STORED)
    if given is not None:
        stored = stored.filter(pk=given.pk)
    found = stored.order_by("day", "received_at", "pk").last()
    if found is None and given is not None:
        raise Refused("scope", side)
    return found


def _next_number(agreement: Agreement) -> int:
    Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    return (Run.objects.filter(agreement=agreement).aggregate(most=Max("number"))["most"] or 0) + 1


def carry_out(run: Run, by: Actor) -> Run:
    """Compare the two sides of a run, keep who agrees as links, and bring the differences up to date."""
    _freeze_earlier(run)
    ledger = Ledger(run.agreement, run, by)
    if run.kind == "totals":
        _compare_totals(run, ledger)
    else:
        _compare_people(run, ledger)
    run.counts |= {"new": 0, "reopened": 0, "carried": 0, "gone": 0} | dict(ledger.counts)
    run.state, run.finished_at = "done", clock.now()
    run.save()
    owe(run.agreement)
    return run


def _freeze_earlier(run: Run) -> None:
    """Write down what was settled of the run before, whose differences this one may take over."""
    earlier = Run.objects.filter(agreement=run.agreement, number__lt=run.number).exclude(state="waiting")
    before = earlier.order_by("number").last()
    if before is not None:
        before.counts |= {"settled": _settled(before)}
        before.save(update_fields=["counts"])


def _compare_people(run: Run, ledger: Ledger) -> None:
    agreement = run.agreement
    ours, theirs = (opened_side(one, agreement.names) for one in (run.list_ours, run.list_theirs) if one is not None)
    found = compare(agreement, ours, theirs)
    _keep_links(run, ours, theirs, found)
    known = {bytes(entry.key) for side in (ours, theirs) for entry in side.entries}
    ledger.take(
        differences(agreement, run, ours, theirs, found),
        lambda item: any(row is not None and bytes(row.key) in known for row in (item.row_ours, item.row_theirs)),
    )
    run.settings, run.model = as_kept(agreement, found)
    run.counts = _counts(found)


def _compare_totals(run: Run, ledger: Ledger) -> None:
    agreement = run.agreement
    assert run.list_theirs is not None  # noqa: S101  a run is made of a list of theirs
    theirs = figures_of_list(agreement, run.list_theirs)
    own = run.list_ours
    ours = figures_of_list(agreement, own) if own else figures_of_reports(agreement, theirs.cells())
    found = compare_figures(agreement, ours, theirs)
    ledger.take(list(differing(agreement, found)), looked_at(ours, theirs))
    run.hash_ours = run.hash_ours or ours.hash
    run.settings = {"tolerance": {item: agreement.tolerance_of(item) for item in agreement.items_counted}}
    run.model, run.counts = {"margins": margins_of(found)}, counts_of(found)


def _keep_links(run: Run, ours: Side, theirs: Side, found: Reconciliation) -> None:
    with connection.cursor() as cursor:
        for n in range(0, len(found.pairs), BATCH):
            rows = [
                (
                    ours.entries[pair.row_ours].pk, theirs.entries[pair.row_theirs].pk, pair.kind, pair.found_by[:40],
                    pair.weight, pair.probability,
                )
                for pair in found.pairs[n : n + BATCH]
            ]  # fmt: skip
            cursor.execute(_LINKS, [run.pk, *columns(rows)])


def _counts(found: Reconciliation) -> dict[str, Any]:
    classes = asdict(found.counts)
    union = sum(classes[name] for name in ("agree", "conflict", "possible", "only_ours", "only_theirs"))
    expected = {
        "expected_false": round(found.expected_errors.false_accepted, 4),
        "expected_missed": round(found.expected_errors.missed, 4),
    }
    listed = {"ours": found.rows_ours, "theirs": found.rows_theirs, "union": union}
    return {**listed, **classes, **expected}


def agreement_rate(run: Run) -> tuple[Fraction, Fraction]:
    """The share of cases on which both sides agree: as the run found it, and with what both have settled since.

    The numerator and the denominator are rows of the union of both lists; 1 where both lists are empty.
    """
    union = run.counts.get("union", 0)
    if not union:
        return Fraction(1), Fraction(1)
    agree = run.counts.get("agree", 0)
    return Fraction(agree, union), Fraction(agree + _settled(run), union)


def _settled(run: Run) -> int:
    """Differences of a run that both sides have settled; of one that a later run took over, as it stood then."""
    if "settled" in run.counts:
        return int(run.counts["settled"])
    return Item.objects.filter(run=run, state=SETTLED).exclude(klass=DUPLICATE).count()


@action("verification.signed", by=BOTH_SIDES, over="unit", facts=("unit", "run", "evidence"))
def sign_off(by: Actor, *, unit: Unit, run: Run, evidence: str = "") -> Run:
    """Sign a run off for one's side; when both have, it is closed. Refused while differences of it are open or waiting.

    Refused too: `difference.second_person` when one person would sign for both sides; `flow.condition` when a later run
    has taken its differences over, or one's side has signed.
    Our side signs for one that does not work here with the letter or file in which it says so (`evidence`).
    """
    side = _signing_side(by, run, unit, evidence)
    open_ = Item.objects.filter(run=run, state__in=UNSETTLED).count()
    if open_ or run.state == "waiting":
        raise Refused("verification.open", "run", open=open_)
    if getattr(run, f"signed_{other(side)}_by") == by.name[:60] and not evidence.strip():
        raise Refused("difference.second_person", "run")
    if getattr(run, f"signed_{side}_at") is not None or "settled" in run.counts:
        raise Refused("flow.condition", "run")
    setattr(run, f"signed_{side}_at", clock.now())
    setattr(run, f"signed_{side}_by", by.name[:60])
    if run.signed_ours_at and run.signed_theirs_at:
        run.state = "signed"
    run.save()
    return run


def _signing_side(by: Actor, run: Run, unit: Unit, evidence: str) -> str:
    side = side_of(by, run.agreement, unit)
    if not evidence.strip():
        return side
    if run.theirs_id is not None or side == THEIRS:
        raise Refused("flow.condition", "evidence")
    return THEIRS
