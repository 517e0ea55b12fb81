"""How counts of illness, alarms and detection settings are listed (监测台账); small counts hidden alike everywhere."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN
from functools import partial
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianfang.capabilities.surveillance.actions import propose_setting, switch_off, switch_on
from lianfang.capabilities.surveillance.models import (
    METHOD_NAMES,
    SETTING_STATES,
    Alarm,
    DayCount,
    DetectionSetting,
)
from lianfang.capabilities.surveillance.sight import with_hidden
from lianfang.capabilities.surveillance.syndromes import codes, words
from lianfang.domain.small import Shown, Small
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.kinds import KINDS
from lianfang.kernel.registers.register import Column, Filter, Register, column, equals, on_day, under_unit

_said = lazy(words, str)


def _count(code: str, row: Any) -> Shown:
    return row.count(code, hidden=row.hidden).shown  # type: ignore[no-any-return]


_TOLD = {"expected": _("usual"), "upper": _("upper bound"), "p": _("p")}


def _counted(row: Any) -> Small:
    """The count of an alarm, hidden where the day's counts hide it."""
    found: Small = row.shown(hidden=row.hidden, bound=(row.bounds or {}).get(row.syndrome, 0))
    return found


def _open(name: str, row: Any) -> Any:
    """What goes with a count, and would tell it where it is hidden.

    The usual is a mean of days, some of which may be hidden: whoever may not see these gets it in whole people, and
    no p, from which it could be reckoned back.
    """
    value = getattr(row, name)
    if value is None or not row.hidden:
        return value
    return None if name == "p" or _counted(row).suppressed else value.to_integral_value(ROUND_HALF_EVEN)


class Syndromes(Register):
    name = "syndromes"
    title = _("Illness by unit and day")
    model = DayCount
    related = ("unit",)
    order = ("-day", "-path")
    columns = [
        column(DayCount, "unit"),
        column(DayCount, "day"),
        Column("level", _("kind"), lambda row: str(dict(KINDS).get(row.level, row.level)), "text", 3),
        Column("expected", _("expected"), lambda row: row.expected, "amount", 2, "expected"),
        Column("answered", _("answered"), lambda row: row.answered, "amount", 1, "answered"),
        *(Column(code, _said(code), partial(_count, code), "small", 1) for code in codes()),
    ]
    filters = [
        under_unit("unit", _("unit")),
        equals("level", _("kind"), tuple(KINDS), "level"),
        on_day("day", _("day"), "day"),
        on_day("from", _("from"), "day", bound="gte"),
        on_day("to", _("to"), "day", bound="lte"),
    ]

    @classmethod
    def rows(cls, actor: Actor) -> QuerySet[Any]:
        """As always, and whether small counts are hidden from this actor."""
        return with_hidden(super().rows(actor), actor)

    @staticmethod
    def address(row: DayCount) -> str:
        """The page of a unit's counts."""
        return f"/surveillance/{row.unit.code}"


class Alarms(Register):
    name = "alarms"
    title = _("Alarms of unusual counts")
    model = Alarm
    related = ("unit", "setting")
    order = ("-found_at", "-id")
    columns = [
        column(Alarm, "unit"),
        column(Alarm, "day"),
        Column("syndrome", _("what is counted"), lambda row: words(row.syndrome)),
        Column("observed", _("counted"), lambda row: _counted(row).shown, "small"),
        Column("answered", _("answered"), lambda row: row.answered, "amount", 2, "answered"),
        *(Column(name, label, partial(_open, name), "number", 2) for name, label in _TOLD.items()),
        column(Alarm, "method", priority=2),
        column(Alarm, "found_at", priority=3),
        column(Alarm, "alert", priority=3),
    ]
    filters = [
        under_unit("unit", _("unit")),
        Filter(
            "syndrome", _("what is counted"), lambda value: Q(syndrome=value), tuple((c, _said(c)) for c in codes())
        ),
        on_day("day", _("day"), "day"),
    ]

    @classmethod
    def rows(cls, actor: Actor) -> QuerySet[Any]:
        """As always, whether small counts are hidden from this actor, and which others go with them."""
        day = DayCount.objects.filter(unit=OuterRef("unit"), day=OuterRef("day"))
        found: QuerySet[Any] = with_hidden(super().rows(actor), actor).annotate(
            bounds=Subquery(day.values("bounds")[:1])
        )
        return found

    @staticmethod
    def address(row: Alarm) -> str:
        """The alert that the alarm joined, once it has."""
        return f"/alerts/clusters/{row.alert.partition(':')[2]}" if row.alert else f"/surveillance/{row.unit.code}"


class DetectionSettings(Register):
    name = "detection-settings"
    title = _("Detection settings")
    model = DetectionSetting
    related = ("unit",)
    order = ("-proposed_at", "-id")
    columns = [
        column(DetectionSetting, "unit"),
        Column("syndrome", _("what is counted"), lambda row: words(row.syndrome)),
        column(DetectionSetting, "method"),
        column(DetectionSetting, "level"),
        column(DetectionSetting, "cases", kind="amount", priority=2),
        column(DetectionSetting, "window_days", priority=3),
        column(DetectionSetting, "alpha", priority=3),
        column(DetectionSetting, "adjusted", priority=3),
        column(DetectionSetting, "valid_from", priority=2),
        column(DetectionSetting, "state"),
        column(DetectionSetting, "false_alarms"),
        column(DetectionSetting, "series", kind="amount", priority=2),
        column(DetectionSetting, "rates", priority=3),
        *(column(DetectionSetting, name, priority=3) for name in ("note", "proposed_at", "proposed_by", "on_at")),
        *(column(DetectionSetting, name, priority=3) for name in ("on_by", "off_at", "off_by", "off_reason")),
    ]
    filters = [
        under_unit("unit", _("unit")),
        equals("state", pgettext_lazy("setting", "state"), tuple(SETTING_STATES)),
        equals("method", _("method"), tuple(METHOD_NAMES)),
    ]
    actions = [propose_setting, switch_on, switch_off]

    @staticmethod
    def address(row: DetectionSetting) -> str:
        """The page of the unit's settings."""
        return f"/surveillance/{row.unit.code}/settings"
