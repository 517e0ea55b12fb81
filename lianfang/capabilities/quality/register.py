"""How complete and timely each unit's reports are, listed (数据质量台账): a row a unit over the last four weeks."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from django.db.models import (
    Count,
    DateField,
    Exists,
    F,
    IntegerField,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, JSONObject
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.dues.models import REPORT, ROLL_CALL, Due
from lianfang.kernel.orgs.kinds import KINDS
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.registers.register import Column, Register, column, equals, under_unit
from lianfang.kernel.reporting.forms import DAILY
from lianfang.kernel.reporting.models import UnitReport

READERS: Final = (Role.DUTY_OFFICER, Role.LEADER, Role.OFFICER, Role.AUDITOR, Role.ADMINISTRATOR)
"""Who reads how good the reports of a whole unit are; it is about units, never about people."""
DAYS: Final = 28
"""Whole days, the last being yesterday: today is not over."""
_NUMBERS: Final = ("expected", "received", "on_time", "zero", "returned")
_TENTH, _PERCENT = Decimal("0.1"), 100


class Quality(Register):
    name = "quality"
    title = _("Data quality")
    model = Unit
    unit_path = ""
    order = ("code",)
    search = ("code", "name", "name_en")
    roles = READERS
    columns = [
        column(Unit, "code", kind="code"),
        Column("name", pgettext_lazy("of a unit", "name"), str),
        column(Unit, "kind", priority=3),
        Column("since", _("from"), lambda row: row.since, "day", 3),
        Column("until", _("to"), lambda row: row.until, "day", 3),
        Column("expected", _("expected"), lambda row: row.owed["expected"], "amount"),
        Column("received", _("received"), lambda row: row.owed["received"], "amount"),
        Column("completeness", _("completeness, %"), lambda row: share(row, "received", "expected"), "number"),
        Column("on_time", _("on time"), lambda row: row.owed["on_time"], "amount"),
        Column("timeliness", _("on time of expected, %"), lambda row: share(row, "on_time", "expected"), "number"),
        Column("punctuality", _("on time of received, %"), lambda row: share(row, "on_time", "received"), "number", 2),
        Column("zero", _("zero reports"), lambda row: row.owed["zero"], "amount", 2),
        Column("checks_expected", _("class checks expected"), lambda row: row.checks["expected"], "amount", 2),
        Column("checks_received", _("class checks received"), lambda row: row.checks["received"], "amount", 2),
        Column("checks_on_time", _("class checks on time"), lambda row: row.checks["on_time"], "amount", 3),
        Column("returned", _("sent back"), lambda row: row.owed["returned"], "amount", 3),
        Column("corrected", _("reports corrected"), lambda row: row.corrected, "amount", 3),
    ]
    filters = [equals("kind", _("kind"), KINDS), under_unit("unit", _("under unit"), prefix="")]
    address = staticmethod(lambda unit: f"/quality/{unit.code}")

    @classmethod
    def rows(cls, actor: Actor) -> QuerySet[Any]:
        """Units that owed anything in the period, with the reports and, apart, class checks they owed themselves."""
        zone = actor.home.zone if actor.home else timezone.get_current_timezone()
        until = clock.today(zone) - timedelta(days=1)
        since = until - timedelta(days=DAYS - 1)
        reports, checks = _owed(since, until, REPORT), _owed(since, until, ROLL_CALL)
        found: QuerySet[Any] = (
            super().rows(actor).filter(Exists(reports) | Exists(checks)).annotate(
                since=Value(since, DateField()), until=Value(until, DateField()),
                owed=_counted(reports), checks=_counted(checks), corrected=_many(_corrected(since, until)),
            )
        )  # fmt: skip
        return found


def share(row: Any, part: str, whole: str) -> Decimal | None:
    """One of a row's counts in percent of another."""
    return percent(row.owed[part], row.owed[whole])


def percent(part: int, whole: int) -> Decimal | None:
    """The share in percent, one decimal; None of nothing. Only a whole is 100 and only nothing is 0."""
    if not whole:
        return None
    found = (Decimal(part) * _PERCENT / whole).quantize(_TENTH, ROUND_HALF_UP)
    return found if part in (0, whole) else min(max(found, _TENTH), _PERCENT - _TENTH)


def _owed(since: date, until: date, kind: str) -> QuerySet[Due]:
    # One line: a unit that reports on two lines owes the same report twice.
    return Due.objects.filter(
        unit=OuterRef("pk"), kind=kind, line="territory", day__gte=since, day__lte=until
    ).order_by()


def _corrected(since: date, until: date) -> QuerySet[UnitReport]:
    return UnitReport.objects.filter(
        unit=OuterRef("pk"), form=DAILY, current=True, revision__gt=1, day__gte=since, day__lte=until
    ).order_by()


def _counted(owed: QuerySet[Due]) -> Coalesce:
    """Everything counted of a unit's dues of one kind in one pass; nothing but zeros where it owes none."""
    really = ~(Q(settled_at__isnull=True) & ~Q(excused=""))
    numbers = JSONObject(
        expected=Count("day", filter=really), received=Count("settled_at"),
        on_time=Count("day", filter=Q(settled_at__lte=F("due_at"))), zero=Count("day", filter=really & Q(zero=True)),
        returned=Count("returned_at"),
    )  # fmt: skip
    found = Subquery(owed.values("unit").annotate(found=numbers).values("found"), output_field=JSONField())
    return Coalesce(found, Value(dict.fromkeys(_NUMBERS, 0), JSONField()))


def _many(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.values("unit").annotate(many=Count("*")).values("many")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
