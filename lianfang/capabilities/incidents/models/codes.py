"""A person's yellow or red code (黄码人员): what the incident is about, seen where people are, and by the person."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from uuid_utils.compat import uuid7

from lianfang.capabilities.incidents.models.incident import Incident
from lianfang.kernel.orgs.models import UnitOwned
from lianfang.kernel.people.models import Person

COLOURS = [("yellow", _("yellow")), ("red", _("red"))]
RESULTS = [("negative", _("negative")), ("positive", _("positive")), ("invalid", _("not valid"))]
NEGATIVE, POSITIVE = "negative", "positive"


class CodeEvent(UnitOwned):
    """Somebody's code turned yellow or red: why, when it was found, and until when the person stays at home."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.OneToOneField(Incident, models.PROTECT, related_name="code_event", verbose_name=_("incident"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    colour = models.CharField(_("code"), max_length=10, choices=COLOURS)
    cause = models.CharField(_("cause"), max_length=300)
    found_at = models.DateTimeField(_("found at"))
    home_since = models.DateField(_("at home since"))
    home_until = models.DateField(_("at home until"))
    edition = models.CharField(_("rule pack"), max_length=80)
    terms = models.JSONField(default=dict, blank=True)
    closed_at = models.DateTimeField(pgettext_lazy("incident", "closed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("code event")
        verbose_name_plural = _("code events")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(home_until__gte=models.F("home_since")),
                name="home_ends_after_start",
                violation_error_message=_("Isolation at home cannot end before it begins."),
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(closed_at__isnull=True),
                name="one_open_code_event_a_person",
                violation_error_message=_("A code event of this person is open."),
            ),
        ]


class CodeTest(UnitOwned):
    """The result of one of the tests that a code event asks for; a correction is a further one."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    event = models.ForeignKey(CodeEvent, models.PROTECT, related_name="tests", verbose_name=_("code event"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    number = models.PositiveSmallIntegerField(_("test"))
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    result = models.CharField(_("result"), max_length=10, choices=RESULTS)
    sampled_at = models.DateTimeField(_("sampled at"))
    recorded_at = models.DateTimeField(_("recorded at"))
    by = models.CharField(_("by"), max_length=60)
    reason = models.CharField(_("reason of correction"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("test")
        verbose_name_plural = _("tests")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["event", "number", "revision"],
                name="one_result_a_test",
                violation_error_message=_("There is a result of this test."),
            )
        ]
