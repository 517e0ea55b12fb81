"""What may be done about briefings (日报编制): compose one from records, and write what the figures mean."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from lianfang.capabilities.briefings.counting import PERIOD, keep
from lianfang.capabilities.briefings.models import Briefing
from lianfang.capabilities.briefings.words import text_of
from lianfang.domain.briefing.figures import Section
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import SUPERVISORS, Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.briefing import asked_of, outcomes, sections
from lianfang.kernel.orgs.models import Unit

BRIEFERS = (*SUPERVISORS, Role.ADMINISTRATOR)
ASSESSORS = (*BRIEFERS, Role.DOCTOR)
ASSESSMENT = "assessment"
"""What a version changes in which only the assessment is new."""


@action("briefing.composed", by=BRIEFERS, over="unit", facts=("unit", "day"))
def compose_briefing(by: Actor, *, unit: Unit, day: date) -> Briefing:
    """Compose the briefing of a day from the records as they are; the earlier version stays as it was.

    The outcome indicators of the year up to that day are counted into their register with it.

    Refused: `date.in_future`, `unit.closed` for a day on which the unit was not open, and `briefing.unchanged` while
    every figure is as in the version there is.
    """
    _check_day(unit, day)
    before = _held(unit, day)
    asked = asked_of(unit, day, now=clock.now())
    found = sections(asked)
    figures = [one.as_json for one in found]
    if before is not None and before.figures == figures:
        raise Refused("briefing.unchanged", "day", version=before.version)
    made = Briefing(unit=unit, day=day, figures=figures, text=text_of(found), as_of=asked.at)
    if before is not None:
        made.changed = changed(before.sections, found)
        made.assessment, made.assessed_by, made.assessed_at = (
            before.assessment, before.assessed_by, before.assessed_at,
        )  # fmt: skip
    keep(by, unit=unit, found=outcomes(unit, day - PERIOD, day))
    return _next(by, made, before)


@action("briefing.assessed", by=ASSESSORS, over="briefing")
def assess_briefing(by: Actor, *, briefing: Briefing, text: str, reason: str = "") -> Briefing:
    """Write a paragraph of assessment into a briefing, as a further version; changing one needs the reason.

    Refused: `briefing.superseded` when there is a newer version, `required` without a text or a reason.
    """
    newest = _held(briefing.unit, briefing.day)
    if newest is None or newest.pk != briefing.pk:
        raise Refused("briefing.superseded", "briefing", version=newest.version if newest else 0)
    if not text.strip():
        raise Refused("required", "text")
    if newest.assessment and not reason.strip():
        raise Refused("required", "reason")
    made = Briefing(
        unit=newest.unit, day=newest.day, figures=newest.figures, text=newest.text, as_of=newest.as_of,
        assessment=text.strip(), assessed_by=by.name[:60], assessed_at=clock.now(),
        reason=reason.strip()[:200], changed=[ASSESSMENT],
    )  # fmt: skip
    return _next(by, made, newest)


def _check_day(unit: Unit, day: date) -> None:
    if day > clock.today(unit.zone):
        raise Refused("date.in_future", "day")
    if not unit.open_on(day):
        raise Refused("unit.closed", "unit")


def _held(unit: Unit, day: date) -> Briefing | None:
    """The newest version of the day, held: two who compose at once take turns, and the second finds it unchanged."""
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    return Briefing.objects.filter(unit=unit, day=day).select_related("unit").order_by("-version").first()


def _next(by: Actor, made: Briefing, before: Briefing | None) -> Briefing:
    made.version = before.version + 1 if before else 1
    made.at, made.by, made.by_id = clock.now(), by.name[:60], by.account_id
    made.hash = hash_of(made)
    return store(made)


def hash_of(briefing: Briefing) -> str:
    """What proves a version: its unit, day, version, figures, sentences and assessment, in one hash."""
    whole: Mapping[str, Any] = {
        "unit": briefing.unit.code, "day": str(briefing.day), "version": briefing.version,
        "figures": briefing.figures, "text": briefing.text, "assessment": briefing.assessment,
    }  # fmt: skip
    plain = json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


def changed(before: Iterable[Section], now: Iterable[Section]) -> list[str]:
    """The codes of the figures that are others than before, or that only one of both has."""
    old, new = _by_code(before), _by_code(now)
    return sorted({code for code, _ in dict.fromkeys([*old, *new]) if _of(old, code) != _of(new, code)})


def _by_code(found: Iterable[Section]) -> dict[tuple[str, int], Any]:
    return {(figure.code, number): figure.as_json for section in found for number, figure in enumerate(section.figures)}


def _of(figures: Mapping[tuple[str, int], Any], code: str) -> list[Any]:
    return [one for (known, _), one in figures.items() if known == code]
