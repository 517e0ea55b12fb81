"""How daily reports, dues and receipts are listed (日报台账)."""

from __future__ import annotations

from typing import Any

from django.db.models.fields.json import KeyTransform
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lianfang.domain.counts import CountItem
from lianfang.kernel.dues.models import KIND_NAMES, Due
from lianfang.kernel.registers.register import Column, Register, column, equals, on_day, under_unit
from lianfang.kernel.reporting.forms import DAILY, shipped
from lianfang.kernel.reporting.models import Receipt, UnitReport

_DAYS = [
    on_day("day", _("day"), "day"),
    on_day("from", _("from"), "day", bound="gte"),
    on_day("to", _("to"), "day", bound="lte"),
]


def _figure(item: CountItem) -> Column:
    label: Any = lazy(lambda: item.zh if (get_language() or "").startswith("zh") else item.en, str)()

    def source() -> KeyTransform:
        return KeyTransform(item.code, "values")

    return Column(item.code, label, lambda row: row.values.get(item.code), "amount", 2, source)


class UnitReports(Register):
    name = "unit-reports"
    title = _("Daily reports")
    model = UnitReport
    related = ("unit",)
    order = ("-day", "-unit_id", "-form", "-revision")
    columns = [
        column(UnitReport, "unit"),
        column(UnitReport, "day"),
        column(UnitReport, "form", kind="code", priority=3),
        column(UnitReport, "revision", priority=2),
        column(UnitReport, "nothing_to_report"),
        *[_figure(item) for item in shipped(DAILY).items],
        column(UnitReport, "signer", priority=2),
        column(UnitReport, "received_at"),
        column(UnitReport, "on_time"),
        column(UnitReport, "returned_at", priority=3),
        column(UnitReport, "reason", priority=3),
        column(UnitReport, "remark", priority=3),
        column(UnitReport, "receipt", kind="code", priority=3),
        column(UnitReport, "hash", kind="code", priority=3),
    ]
    filters = [under_unit("unit", _("unit"), prefix=""), *_DAYS, equals("form", _("form"))]
    unit_path = ""
    address = staticmethod(lambda row: f"/reports/{row.unit.code}/{row.day}/{row.form}/{row.revision}")


class Dues(Register):
    name = "dues"
    title = _("Dues")
    model = Due
    related = ("unit", "recipient")
    unit_path = ""
    order = ("-day", "-unit_id", "-kind", "-slot", "-line")
    columns = [
        column(Due, "unit"),
        column(Due, "kind"),
        column(Due, "day"),
        column(Due, "slot", priority=3),
        column(Due, "recipient", priority=3),
        column(Due, "due_at"),
        column(Due, "settled_at"),
        column(Due, "zero", priority=2),
        column(Due, "excused", priority=3),
        column(Due, "explained", priority=2),
        column(Due, "reminded_at", priority=3),
        column(Due, "escalated_at", priority=3),
    ]
    filters = [under_unit("unit", _("unit"), prefix=""), *_DAYS, equals("kind", _("what"), KIND_NAMES.items())]


class Receipts(Register):
    name = "receipts"
    title = _("Receipts")
    model = Receipt
    related = ("unit",)
    order = ("-id",)
    columns = [
        column(Receipt, "id", kind="code"),
        column(Receipt, "kind", kind="code"),
        column(Receipt, "unit"),
        column(Receipt, "received_at"),
        column(Receipt, "hash", kind="code", priority=2),
        column(Receipt, "key", kind="code", priority=3),
    ]
    filters = [under_unit("unit", _("unit"))]
