"""Two lists are compared (双向校核), and a list of risk areas changes (风险地区): what is weighed again."""

from __future__ import annotations

from collections.abc import Iterable

from lianfang.capabilities.objections.models import ENDED, Objection
from lianfang.capabilities.recall.following import ask_about_exemptions
from lianfang.capabilities.risk_areas.following import (
    follow_correction,
    follow_end,
    follow_list,
    follow_sojourn,
    follow_stays_under,
)
from lianfang.capabilities.risk_areas.models import Area, AreaList
from lianfang.capabilities.verification.agreements import BOTH_SIDES
from lianfang.capabilities.verification.corrections import answer_corrected, report_corrected
from lianfang.capabilities.verification.models import Item, Run
from lianfang.capabilities.verification.runs import carry_out
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.alerts.ops import holders, tell
from lianfang.kernel.audit.models import Event
from lianfang.kernel.audit.ops import ref
from lianfang.reactions.about import answers_of, key_of, unit_of
from lianfang.reactions.reports import RECEIVING, is_first, report_of


def carry_long_run_out(event: Event) -> None:
    """Compare lists that are too long to be compared while somebody waits."""
    run = Run.objects.select_related("agreement__unit", "agreement__theirs", "list_ours", "list_theirs")
    found = run.get(pk=key_of(event)[0])
    if found.state == "waiting":
        carry_out(found, SYSTEM)


def tell_both_sides_of_differences(event: Event) -> None:
    """A comparison has found something new: tell whoever answers, on both sides."""
    run = Run.objects.select_related("unit", "theirs").get(pk=key_of(event)[0])
    if run.counts.get("new") or run.counts.get("reopened"):
        for unit in filter(None, (run.unit, run.theirs)):
            tell(holders(unit, BOTH_SIDES), "difference.opened", subject=ref(run), unit=unit)


def reopen_differences_about_answers(event: Event) -> None:
    """An answer was corrected: the differences about that person say so, settled ones are open again (C08)."""
    for answer in answers_of(event):
        if answer.revision > 1:
            _tell_reopened(answer_corrected(answer.unit, answer.person_id, answer.day, answer.revision))


def reopen_differences_between_totals(event: Event) -> None:
    """A report was corrected: so do the differences between totals of that unit and day (C08)."""
    if not is_first(event):
        report = report_of(event)
        _tell_reopened(report_corrected(report.unit, report.day, report.revision))


def _tell_reopened(items: Iterable[Item]) -> None:
    for item in items:
        subject = f"{ref(item)}/{item.reopened}"
        tell(holders(item.agreement.unit, RECEIVING), "difference.corrected", subject=subject, unit=item.agreement.unit)


def weigh_stays_by_new_list(event: Event) -> None:
    """A list of risk areas was published: everybody under it is weighed (D03)."""
    follow_list(key_of(event)[0])


def weigh_stay(event: Event) -> None:
    """A stay was recorded or refuted: its person is weighed by the lists in force."""
    follow_sojourn(key_of(event)[0])


def weigh_stays_recorded(event: Event) -> None:
    """Many stays were recorded at once: everybody under the unit who has one is weighed."""
    follow_stays_under(unit_of(event.unit))


def follow_corrected_fact(event: Event) -> None:
    """A reviewer corrected a fact behind a status: whoever owns the fact takes it back (T04)."""
    follow_correction(key_of(event)[0])


def follow_ended_status(event: Event) -> None:
    """An objection has ended a status: the same (T04)."""
    answered = Objection.objects.get(pk=key_of(event)[0])
    if answered.outcome == ENDED:
        follow_end(answered.status_id, answered.answer)


def ask_about_exemptions_from_recall(event: Event) -> None:
    """A list has downgraded an area: ask whether those exempt because of it are to come back (D05)."""
    unit, version = AreaList.objects.values_list("unit_id", "version").get(pk=key_of(event)[0])
    listed = Area.objects.filter(listed__unit=unit)
    old, new = (dict(listed.filter(listed__version=v).values_list("prefix", "level")) for v in (version - 1, version))
    ask_about_exemptions(unit_of(event.unit), old, new)
