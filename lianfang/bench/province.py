"""`lianfang bench province` (全省实证): the synthetic province in rows, everybody with an owner, every sum exact.

Units and people are written as `lianfang population` writes them; owners, zones and reports go through the product's
own actions, one by one. What is counted afterwards is what stands in the tables.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from lianfang.bench.measure import Bar, Outcome
from lianfang.bench.place import place
from lianfang.interfaces.server.trouble import say

if TYPE_CHECKING:
    from lianfang.demo.population import Scale
    from lianfang.kernel.orgs.models import Unit

MOST_SECONDS: Final = 600
"""Row A06: the audit of 17,056,000 people and 25,000 units takes at most ten minutes."""
EVENING: Final = timedelta(hours=10, minutes=30)  # 18:30 in China, as UTC
SAID_EVERY: Final = 2000
_NONE: Final = {"isolated": 0, "tested": 0, "confirmed": 0}
Answer = TypeVar("Answer")


def run(scale: str, *, keep_in: Path | None = None) -> Outcome:
    """Fill a province of that size, let every reporting unit report, and compare each board with what was sent."""
    with place(keep_in):
        figures, root = _settled(cast("Scale", scale))
        figures |= _audited(root)
        figures |= _reported(root)
    curve = {"curve": {"province: audit seconds by people": [[figures["people"], figures["audit_seconds"]]]}}
    return Outcome("province", scale, figures | curve, {}, None, _bars(figures))


def _bars(figures: Mapping[str, Any]) -> list[Bar]:
    return [
        Bar("units and people written as planned", float(figures["as_planned"]), "at least", 1),
        Bar("coverage audit of everybody, in seconds", figures["audit_seconds"], "at most", MOST_SECONDS),
        Bar("gaps found when everything has an owner", figures["gaps_with_all_owners"], "at most", 0),
        Bar("gaps found after two were made", abs(figures["gaps_after_two"] - 2), "at most", 0),
        Bar("boards whose sums differ from what was sent", figures["boards_that_differ"], "at most", 0),
    ]


def _settled(scale: Scale) -> tuple[dict[str, Any], Unit]:
    from lianfang.demo.population import province  # noqa: PLC0415  Django has been set up only now
    from lianfang.demo.settle import counted, planned, settle  # noqa: PLC0415
    from lianfang.kernel.orgs.models import Unit  # noqa: PLC0415
    from lianfang.kernel.scope import EVERYTHING, within  # noqa: PLC0415

    plan = province(scale)
    with within(EVERYTHING):
        root = Unit.objects.filter(parent__isnull=True).order_by("pk").first()
    began = time.monotonic()
    took: dict[str, float] = {}
    if root is None:
        root = settle(plan, say)
        took["settling_seconds"] = _since(began)
    _analysed()
    with within(EVERYTHING):
        found = counted(root)
    shown = {"people": found["people"], "reporting_units": found["reporting"], "units": sum(found.values()) - found[
        "people"] - found["reporting"], "prefectures": found["prefecture"], "counties": found["county"]}  # fmt: skip
    return {**shown, **took, "as_planned": found == planned(plan)}, root


def _analysed() -> None:
    """As the server would by itself a minute after so much was written."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE; ANALYZE; SET ROLE lianfang_app")


def _audited(root: Unit) -> dict[str, Any]:
    from lianfang.capabilities.responsibility.actions import assign_zone, step_down  # noqa: PLC0415
    from lianfang.capabilities.responsibility.coverage import gaps  # noqa: PLC0415
    from lianfang.kernel import clock  # noqa: PLC0415
    from lianfang.kernel.accounts.actor import SYSTEM  # noqa: PLC0415
    from lianfang.kernel.scope import EVERYTHING, within  # noqa: PLC0415

    named = _owned(root)
    with within(EVERYTHING):
        today = clock.today(root.zone)
        began = time.monotonic()
        all_owned = len(list(gaps(root, today)))
        seconds = _since(began)
        unit = _reporting(root)[-1]
        step_down(SYSTEM, unit=unit)
        assign_zone(SYSTEM, unit=unit, name="图书馆三楼")
        after = list(gaps(root, today))
    _owned(root)  # so that the place can be measured again
    return {"owners_named": named, "audit_seconds": seconds, "gaps_with_all_owners": all_owned,
            "gaps_after_two": len(after), "kinds_of_gaps": sorted(gap.kind for gap in after)}  # fmt: skip


def _owned(root: Unit) -> int:
    """Name an owner for every reporting unit without one and for each of its zones; how many were named."""
    from lianfang.capabilities.responsibility.actions import assign_zone, name_responsible  # noqa: PLC0415
    from lianfang.capabilities.responsibility.models import Responsible, Zone  # noqa: PLC0415
    from lianfang.kernel.accounts.actor import SYSTEM  # noqa: PLC0415
    from lianfang.kernel.scope import EVERYTHING, within  # noqa: PLC0415

    with within(EVERYTHING):
        owned = set(Responsible.objects.filter(until__isnull=True).values_list("unit_id", flat=True))
        for zone in Zone.objects.filter(owner="").select_related("unit"):
            assign_zone(SYSTEM, unit=zone.unit, name=zone.name, owner="甲", backup="乙")
    todo = [unit for unit in _reporting(root) if unit.pk not in owned]
    for unit in _told(todo, "owners"):
        with within(EVERYTHING):
            name_responsible(SYSTEM, unit=unit, name=f"负责人{unit.code}")
            assign_zone(SYSTEM, unit=unit, name="主楼", owner=f"负责人{unit.code}", backup="乙")
    return len(todo)


def _reporting(root: Unit) -> list[Unit]:
    from lianfang.kernel.orgs.models import Unit  # noqa: PLC0415
    from lianfang.kernel.orgs.ops import under  # noqa: PLC0415
    from lianfang.kernel.scope import EVERYTHING, within  # noqa: PLC0415

    with within(EVERYTHING):
        return list(Unit.objects.filter(under(root), reports=True).order_by("pk"))


def _reported(root: Unit) -> dict[str, Any]:
    """Everybody who owes a first-hand report sends one through the intake; every office's board is then compared."""
    from lianfang.bench.province_sums import differing, expected_below  # noqa: PLC0415
    from lianfang.kernel.dues.ops import open_day  # noqa: PLC0415
    from lianfang.kernel.orgs.kinds import OFFICES  # noqa: PLC0415
    from lianfang.kernel.reporting.fold import fold  # noqa: PLC0415
    from lianfang.kernel.scope import EVERYTHING, within  # noqa: PLC0415

    units = _reporting(root)
    schools, offices = (
        [unit for unit in units if (unit.kind in OFFICES) is office] for office in (False, True)
    )  # fmt: skip
    with _at_evening() as day:
        say("Opening the day …")
        with within(EVERYTHING):
            open_day(day)
        began = time.monotonic()
        gave = {unit.code: _send(unit, number, day) for number, unit in enumerate(_told(schools, "reports"))}
        seconds = _since(began)
        say("Comparing every board …")
        fold()
        differ = differing(offices, expected_below(schools, gave), day)
    sent = {"reports_sent": len(gave), "reports_seconds": seconds, "fever_sent": sum(gave.values())}
    compared = {"boards_compared": len(offices), "boards_that_differ": len(differ), "first_that_differ": differ[:3]}
    return sent | compared


def _send(unit: Unit, number: int, day: date) -> int:
    from lianfang.capabilities.daily_report.intake import receive_report  # noqa: PLC0415
    from lianfang.kernel.accounts.actor import SYSTEM  # noqa: PLC0415
    from lianfang.kernel.scope import EVERYTHING, within  # noqa: PLC0415

    figures = {"expected": 100 + number % 900, "present": 90 + number % 900, "absent": 10, "fever": number % 5}
    raw = {"key": f"province-{unit.code}-{day}", "unit": unit.code, "day": str(day), "counts": _NONE | figures}
    with within(EVERYTHING):
        receive_report(SYSTEM, raw, channel="json")
    return figures["fever"]


@contextmanager
def _at_evening() -> Iterator[date]:
    """The evening of the next day without reports, so that a kept place can be measured again."""
    from lianfang.kernel import clock  # noqa: PLC0415
    from lianfang.kernel.reporting.models import UnitReport  # noqa: PLC0415
    from lianfang.kernel.scope import EVERYTHING, within  # noqa: PLC0415

    with within(EVERYTHING):
        last = UnitReport.objects.order_by("-day").values_list("day", flat=True).first()
    day = max(datetime.now(UTC).date(), last + timedelta(days=1) if last else date.min)
    with clock.at(datetime(day.year, day.month, day.day, tzinfo=UTC) + EVENING):
        yield day


def _told(things: Sequence[Answer], what: str) -> Iterator[Answer]:
    for number, thing in enumerate(things):
        if number % SAID_EVERY == 0:
            say(f"  {number:,} {what} …")
        yield thing


def _since(began: float) -> float:
    return round(time.monotonic() - began, 2)
