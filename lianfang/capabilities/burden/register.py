"""How forms and their fields are listed (报表备案台账)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.burden.models import ANSWERED_BY, FREQUENCIES, STATES, FormField, RegisteredForm
from lianfang.kernel.registers.register import Column, Register, column, equals, under_unit


class Forms(Register):
    name = "forms"
    title = _("Forms")
    model = RegisteredForm
    related = ("unit",)
    unit_path = None  # whoever may be asked may see who asks for what
    order = ("-id",)
    search = ("code", "title", "title_en")
    columns = [
        column(RegisteredForm, "code", kind="code", priority=3),
        Column("title", _("title"), str),
        column(RegisteredForm, "unit"),
        column(RegisteredForm, "state", kind="choice"),
        column(RegisteredForm, "answered_by", priority=2),
        column(RegisteredForm, "frequency", priority=2),
        Column("takes", _("seconds it takes"), lambda row: row.takes, "amount", 2),
        column(RegisteredForm, "proposed_by", priority=3),
        column(RegisteredForm, "proposed_at", priority=3),
        column(RegisteredForm, "published_at", priority=3),
    ]
    filters = [
        equals("state", _("state"), STATES),
        equals("answered_by", _("who answers"), ANSWERED_BY),
        equals("frequency", _("how often"), FREQUENCIES),
        under_unit("unit", _("unit")),
    ]
    address = staticmethod(lambda row: f"/forms/{row.pk}")


class FormFields(Register):
    name = "form-fields"
    title = _("Fields of forms")
    model = FormField
    related = ("form", "unit")
    unit_path = None
    order = ("-id",)
    search = ("code", "zh", "en", "held_as")
    columns = [
        Column("form", _("form"), lambda row: str(row.form)),
        column(FormField, "code", kind="code", priority=3),
        Column("field", _("field"), str),
        column(FormField, "held_as", kind="code"),
        column(FormField, "asked"),
        column(FormField, "decision", priority=2),
        column(FormField, "decided_by", priority=3),
        column(FormField, "decided_why", priority=3),
    ]
    filters = [equals("held_as", _("held as"))]
