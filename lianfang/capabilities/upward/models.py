"""Recipients outside the tree (报送对象), the layouts they ask for, and every copy that was handed over to them."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.kernel.orgs.models import UnitOwned

XLSX, PDF = "xlsx", "pdf"
FILES = [(XLSX, "XLSX"), (PDF, "PDF")]
SHAPES = [("across", _("items side by side")), ("down", _("items one below the other"))]
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


class LayoutRow(UnitOwned):
    """A layout that a unit has written down itself: which items, in which order, under which words."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(_("code"), max_length=40)
    title = models.CharField(_("title"), max_length=80)
    title_en = models.CharField(_("title in English"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=10, default="zh")
    shape = models.CharField(_("shape"), max_length=10, choices=SHAPES)
    by_unit = models.BooleanField(_("a line for each lower unit"), default=False)
    form = models.CharField(_("form"), max_length=40)
    lines = models.JSONField(_("items"))
    since = models.DateField(_("since"))

    class Meta:
        verbose_name = _("layout")
        verbose_name_plural = _("layouts")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "code"],
                name="one_layout_a_code",
                violation_error_message=_("The unit has a layout of this code."),
            )
        ]


class Recipient(UnitOwned):
    """An office outside the tree to which a unit hands its figures every day, in its layout, by its deadline."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(_("recipient"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    layout = models.CharField(_("layout"), max_length=40)
    deadline = models.TimeField(_("daily by"))
    file = models.CharField(_("kind of file"), max_length=5, choices=FILES)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("recipient")
        verbose_name_plural = _("recipients")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "name"],
                condition=models.Q(until__isnull=True),
                name="one_recipient_a_name",
                violation_error_message=_("The unit has a recipient of this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name_en if self.name_en and get_language() == "en" else self.name

    @property
    def slot(self) -> str:
        """By which its dues are told from those of other recipients: its number, to the base of 36."""
        number, text = self.pk, ""
        while number:
            number, digit = divmod(number, len(_DIGITS))
            text = _DIGITS[digit] + text
        return text


class HandedCopy(UnitOwned):
    """One copy as it was handed over: its figures, what it was made from, and its very bytes. Nobody changes it.

    `figures` lists `{"unit", "item", "figure"}` in the order shown; `unit` is empty for the sum of the whole. When a
    correction reaches it, `outdated` lists `{"unit", "item", "old", "new"}`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    recipient = models.ForeignKey(Recipient, models.PROTECT, related_name="copies", verbose_name=_("recipient"))
    day = models.DateField(_("day"))
    number = models.PositiveSmallIntegerField(_("copy"))
    form = models.CharField(_("form"), max_length=40)
    revision = models.PositiveSmallIntegerField(_("revision"))
    source_hash = models.CharField(_("hash of the report"), max_length=64)
    sheet = models.JSONField(_("sheet"))
    figures = models.JSONField(_("figures"))
    file = models.CharField(_("kind of file"), max_length=5, choices=FILES)
    content = models.BinaryField()
    hash = models.CharField(_("hash"), max_length=64)
    handed_at = models.DateTimeField(_("handed over at"))
    handed_by = models.CharField(_("handed over by"), max_length=60)
    on_time = models.BooleanField(_("on time"))
    outdated_at = models.DateTimeField(_("figure outdated at"), null=True, blank=True)
    outdated = models.JSONField(_("old figures"), default=list, blank=True)

    class Meta:
        verbose_name = _("copy handed over")
        verbose_name_plural = _("copies handed over")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["unit", "day"])]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["recipient", "day", "number"],
                name="one_copy_a_number",
                violation_error_message=_("This copy was handed over already."),
            ),
            models.CheckConstraint(
                condition=models.Q(day__gte="2000-01-01", day__lt="2200-01-01"),
                name="handed_day_is_a_day",
                violation_error_message=_("The day is out of the calendar."),
            ),
        ]
