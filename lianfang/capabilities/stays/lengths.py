"""How long a stay lasts (留观期限): exposure corrected, extended by decision, derived anew under other rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.stays.admissions import give_anew
from lianfang.capabilities.stays.models import Change, Stay
from lianfang.capabilities.stays.models.stay import HERE
from lianfang.capabilities.stays.moves import held
from lianfang.capabilities.stays.owed import last_day_of, owe_anew, subject_of, terms_on
from lianfang.capabilities.stays.roles import DECIDERS
from lianfang.domain.observation.terms import Terms, terms_of
from lianfang.domain.refusals import Refused
from lianfang.domain.rules.changes import Changes
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.places.models import BED, Occupancy
from lianfang.kernel.policies.ops import ANY, measures_of
from lianfang.kernel.policies.touched import Touched, touched


@action("stay.exposure_corrected", by=DECIDERS, over="stay", facts=("last_exposure", "reason"))
def correct_exposure(by: Actor, *, stay: Stay, last_exposure: date, reason: str) -> Stay:
    """Correct the day of the last exposure; the last day follows from it, and what was before stays on record."""
    row = _open(stay)
    if last_exposure > clock.today(row.unit.zone):
        raise Refused("date.in_future", "last_exposure")
    before = row.last_exposure
    row.last_exposure = last_exposure
    return _changed(by, row, "exposure", row.kept_terms, reason, exposure_before=before)


@action("stay.extended", by=DECIDERS, over="stay", facts=("ends_on", "reason"))
def extend(by: Actor, *, stay: Stay, ends_on: date, reason: str) -> Stay:
    """Extend a stay to a later last day, by decision and with a reason.

    Refused `stay.extended_too_far` (edition, most, latest) beyond what the rules in force leave to one decision.
    """
    row = _open(stay)
    if row.ends_on is not None and ends_on <= row.ends_on:
        raise Refused("date.order", "ends_on", earlier=row.ends_on.isoformat())
    _refuse_far(row, ends_on)
    return _changed(by, row, "extended", row.kept_terms, reason, ends_on=ends_on)


def _refuse_far(row: Stay, ends_on: date) -> None:
    """A person is kept on by decisions that follow each other, each with its reason, never by one without an end."""
    today = clock.today(row.unit.zone)
    held = measures_of(row.unit, on=today, hazard=row.hazard)
    most = held.policy.extension_days
    latest = max(row.ends_on or today, today) + timedelta(days=most)
    if ends_on > latest:
        raise Refused("stay.extended_too_far", "ends_on", edition=held.edition, most=most, latest=latest.isoformat())


@action("floor.extended", by=DECIDERS, over="unit", facts=("floor", "last_exposure", "reason"))
def extend_floor(
    by: Actor, *, unit: Unit, floor: int, last_exposure: date, reason: str, building: str = ""
) -> list[Stay]:
    """Start the days of a whole floor anew after a positive finding there, where the rules have that option."""
    if not measures_of(unit, on=clock.today(unit.zone)).policy.floor_starts_anew:
        raise Refused("rule.not_in_force", "floor", rule="floor_starts_anew")
    if last_exposure > clock.today(unit.zone):
        raise Refused("date.in_future", "last_exposure")
    found = []
    for stay in _on_floor(unit, building, floor):
        row = _open(stay)
        before = row.last_exposure
        row.last_exposure = max(last_exposure, before or last_exposure)
        found.append(_changed(by, row, "extended", row.kept_terms, reason, exposure_before=before))
    return found


@action("stays.rederived", by=DECIDERS, over="unit", facts=("unit", "reason"))
def rederive(by: Actor, *, unit: Unit, reason: str) -> list[Stay]:
    """Put every open stay of a site under the rules in force today; without this act a stay keeps its own."""
    today = clock.today(unit.zone)
    open_here = Stay.objects.filter(unit=unit, state=HERE).order_by("pk")
    return [_rederived(by, _open(stay), terms_on(unit, today, stay.hazard), reason) for stay in open_here]


def _rederived(by: Actor, row: Stay, terms: Terms, reason: str) -> Stay:
    """The last day by other rules, never before one that was decided on for this person."""
    return _changed(by, row, "rederived", terms, reason, ends_on=_would_end(row, terms))


def _would_end(row: Stay, terms: Terms) -> date:
    decided = row.changes.filter(kind="extended", exposure_before=F("exposure_after")).order_by("-at").first()
    derived = last_day_of(row, terms)
    return max(derived, decided.ends_after) if decided else derived


def _on_floor(unit: Unit, building: str, floor: int) -> Iterable[Stay]:
    beds = Occupancy.objects.filter(unit=unit, layer=BED, until__isnull=True, place__floor=floor)
    if building:
        beds = beds.filter(place__building=building)
    return Stay.objects.filter(person_id__in=beds.values("person_id"), unit=unit, state=HERE).order_by("pk")


def _open(stay: Stay) -> Stay:
    row = held(stay)
    if row.state != HERE:
        raise Refused("flow.condition", "state", state=row.state, move="change_length")
    return row


def _changed(
    by: Actor, row: Stay, kind: str, terms: Terms, reason: str, *, ends_on: date | None = None,
    exposure_before: date | None = None,
) -> Stay:  # fmt: skip
    """Keep the change, and owe what the new last day asks for."""
    before = row.ends_on or clock.today(row.unit.zone)
    row.edition, row.terms = terms.edition, terms.as_json
    row.ends_on = ends_on or last_day_of(row, terms)
    store(row)
    store(
        Change(
            unit=row.unit, stay=row, person=row.person, kind=kind, exposure_before=exposure_before or row.last_exposure,
            exposure_after=row.last_exposure, ends_before=before, ends_after=row.ends_on, edition=row.edition,
            reason=reason, at=clock.now(), by=by.name[:60],
        )
    )  # fmt: skip
    Occupancy.objects.filter(subject=subject_of(row), until__isnull=True).update(expected_until=row.ends_on)
    day = row.admitted_at.astimezone(row.unit.zone).date() if row.admitted_at else before
    owe_anew(row, measures_of(row.unit, on=day, hazard=row.hazard).policy, reason=reason)
    give_anew(by, row, reason)
    return row


@touched
def stays_touched(unit: Unit, changes: Changes) -> Iterator[Touched]:
    """Open stays whose last day would move if they were put under the new rules; until then they keep their own."""
    if not any(name in changes for name in ("observation_days", "count_from", "test_days", "release_conditions")):
        return
    low, high = below(unit.path)
    found = Stay.objects.filter(state=HERE, unit__path__gte=low, unit__path__lt=high).select_related("unit")
    if changes.hazard != ANY:  # a pack for any hazard also lies under those for a named one
        found = found.filter(hazard__in=(ANY, changes.hazard))
    moved = [stay for stay in found if _under(stay, changes) != stay.ends_on]
    yield Touched(
        "stay", _("Stays under way"), len(moved), tuple(subject_of(stay) for stay in moved[:5]), _effect(moved, changes)
    )


def _under(stay: Stay, changes: Changes) -> date:
    """The last day that the stay would be given under the new rules."""
    return _would_end(stay, terms_of(changes.after_for(stay.hazard), stay.edition))


def _effect(moved: Sequence[Stay], changes: Changes) -> Any:
    if not moved:
        return ""
    first = moved[0]
    words = {"before": str(first.ends_on), "after": str(_under(first, changes))}
    return _("keep their last day, such as %(before)s; put under the new rules it would be %(after)s") % words
