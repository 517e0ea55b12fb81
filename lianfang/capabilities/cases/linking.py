"""Who infected whom (传播关系): links between cases, and the chains they make."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from lianfang.capabilities.cases.casework import DECIDERS, one_of
from lianfang.capabilities.cases.models import Case, Link
from lianfang.capabilities.cases.models.cases import CERTAINTIES, EVIDENCE
from lianfang.domain.cases.chains import Chains, build
from lianfang.domain.cases.terms import DISCARDED
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store

SUREST: Final = {"confirmed": 0, "likely": 1, "possible": 2}


@action("cases.linked", by=DECIDERS, over="infectee", facts=("infector", "certainty", "evidence"))
def link_cases(
    by: Actor, *, infectee: Case, infector: Case, certainty: str, evidence: str, note: str = ""
) -> Link:  # fmt: skip
    """Say which case infected this one, how sure that is and on what evidence."""
    one_of(certainty, CERTAINTIES, "certainty")
    one_of(evidence, EVIDENCE, "evidence")
    held = Case.objects.select_for_update(of=("self",)).select_related("unit").get(pk=infectee.pk)
    if not Case.objects.filter(pk=infector.pk).exists():
        raise Refused("scope", "infector")
    if held.pk == infector.pk or _infected(held.pk, infector.pk):
        raise Refused("link.circle", "infector")
    if Link.objects.filter(infector=infector, infectee=held, withdrawn_at=None).exists():
        raise Refused("link.twice", "infector")
    link = Link(
        unit=held.unit, infector=infector, infectee=held, certainty=certainty, evidence=evidence, at=clock.now(),
        by=by.name, note=note,
    )  # fmt: skip
    return store(link)


@action("link.withdrawn", by=DECIDERS, over="link", facts=("reason",))
def withdraw_link(by: Actor, *, link: Link, reason: str) -> Link:
    """Take back that one case infected another; the link stays on record with the reason."""
    if not reason:
        raise Refused("required", "reason")
    held = Link.objects.select_for_update(of=("self",)).select_related("unit").get(pk=link.pk)
    if held.withdrawn_at is None:
        held.withdrawn_at, held.withdrawn_reason = clock.now(), reason
        store(held)
    return held


def _infected(first: UUID, other: UUID) -> bool:
    """Whether one case has infected the other, over any number of steps."""
    seen, waiting = {first}, [first]
    while waiting:
        links = Link.objects.filter(infector__in=waiting, withdrawn_at=None).values_list("infectee_id", flat=True)
        waiting = [one for one in links if one not in seen]
        seen.update(waiting)
        if other in seen:
            return True
    return False


def chains_of(cases: Iterable[Case]) -> Chains:
    """The chains of these cases, by their ids; who was discarded infected nobody and is left out."""
    days = {str(case.pk): case.date_onset for case in cases if case.classification != DISCARDED}
    links = Link.objects.filter(withdrawn_at=None, infectee__in=[UUID(one) for one in days])
    rows = links.order_by("at").values_list("infector_id", "infectee_id", "certainty")
    surest = sorted(rows, key=lambda row: SUREST[row[2]])
    return build(days, [(str(a), str(b)) for a, b, _ in surest])
