"""Which runbook holds where and when (流程版本): the nearest institution's own, else the one that comes with us."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from lianfang.capabilities.incidents.duties import EDITORS
from lianfang.capabilities.incidents.models import RunbookEdition
from lianfang.capabilities.incidents.shipped import Runbook, kinds, runbook
from lianfang.domain.incidents.runbooks import LONGEST_MINUTES, LONGEST_TEXT, steps_from
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import ancestors
from lianfang.kernel.scope import EVERYTHING, looking
from lianfang.kernel.shapes import Entry, Member, among, said, up_to

_STEPS = {"items": {"type": "integer", "minimum": 1}}
STEP = Entry(
    {
        "number": Member(int, 1, owed=True, more={"minimum": 1, "maximum": LONGEST_MINUTES}),
        "zh": Member(str, "隔离患者", owed=True, more=up_to(LONGEST_TEXT)),
        "en": Member(str, "Isolate the patient", owed=True, more=up_to(LONGEST_TEXT)),
        "role": Member(str, str(Role.DOCTOR), owed=True, more=among(map(str, Role))),
        "minutes": Member(int, 10, more={"maximum": LONGEST_MINUTES} | said("from the opening; 0: no limit")),
        "after": Member(Sequence[int], [1], more=_STEPS | said("numbers of the steps before it")),
        "other_than": Member(Sequence[int], [1], more=_STEPS | said("steps whose doer does not do this one")),
    }
)
ToldStep = Annotated[Mapping[str, Any], STEP]


@action("runbook.published", by=EDITORS, over="unit", facts=("unit", "kind", "valid_from"))
def publish_runbook(
    by: Actor, *, unit: Unit, kind: str, title: str, valid_from: date, steps: Sequence[ToldStep],
    title_en: str = "", basis: str = "",
) -> RunbookEdition:  # fmt: skip
    """Publish a unit's own runbook for a kind of incident, in force from a day on for it and everything under it."""
    check_kind(kind)
    read = [step.as_kept for step in steps_from(steps)]
    version = str(1 + RunbookEdition.objects.filter(unit=unit, kind=kind).count())
    return store(
        RunbookEdition(
            unit=unit, kind=kind, title=title, title_en=title_en, basis=basis, valid_from=valid_from, steps=read,
            version=version, published_at=clock.now(), published_by=by.name[:60],
        )
    )  # fmt: skip


def check_kind(kind: str) -> None:
    """Refuse a kind of incident that is not known (`choice.unknown`)."""
    if kind not in kinds():
        raise Refused("choice.unknown", "kind", choices=list(kinds()))


def in_force(unit: Unit, kind: str, *, on: date) -> Runbook:
    """The runbook of a kind for a unit on a day: its own newest edition, else the nearest superior's, else ours."""
    with looking(EVERYTHING):  # a superior's runbook holds for units that do not see the superior
        editions = RunbookEdition.objects.filter(kind=kind, valid_from__lte=on).order_by("-valid_from")
        by_unit: dict[int, RunbookEdition] = {}
        for one in editions.filter(unit__in=[unit, *ancestors(unit)]):
            by_unit.setdefault(one.unit_id, one)
    for place in (unit, *reversed(ancestors(unit))):
        if found := by_unit.get(place.pk):
            return _as_runbook(found, place)
    return runbook(kind)


def _as_runbook(edition: RunbookEdition, unit: Unit) -> Runbook:
    version = f"{edition.version} {edition.valid_from.isoformat()}"
    return Runbook(edition.kind, unit.code, version, edition.title, edition.title_en, steps_from(edition.steps))
