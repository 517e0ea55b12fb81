"""Accounts (账号), the roles they hold over units for a time (任职), one-time links and machine tokens (令牌)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from lianfang.kernel.orgs.models import Unit

ROLE_NAMES = {
    "class_head": _("class head"),
    "screener": _("screener"),
    "doctor": _("doctor"),
    "duty_officer": _("duty officer"),
    "leader": _("leader on duty"),
    "administrator": _("administrator"),
    "officer": _("officer"),
    "auditor": _("auditor"),
    "liaison": _("health authority liaison"),
    "nurse": _("nurse"),
    "site_manager": _("site manager"),
    "kitchen": _("kitchen"),
    "logistician": _("logistician"),
    "crew": _("cleaning crew"),
    "guard": _("guard"),
}


class Account(AbstractBaseUser):
    """Somebody, or a machine, who signs in. Without a usable password it can only be entered by a one-time link."""

    handle = models.CharField(_("account"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=60)
    phone = models.CharField(_("duty phone"), max_length=30, blank=True)
    person_id = models.UUIDField(_("person"), null=True, blank=True, unique=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "handle"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = BaseUserManager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return self.name


class Grant(models.Model):
    """A role over a unit, from a moment until a moment; there is none without an end."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="grants", verbose_name=_("account"))
    role = models.CharField(_("role"), max_length=20, choices=list(ROLE_NAMES.items()))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="grants", verbose_name=_("unit"))
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"))
    granted_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", verbose_name=_("granted by"))

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["account", "until"])]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(until__gte=models.F("since")),
                name="grant_ends_after_start",
                violation_error_message=_("A role cannot end before it begins."),
            )
        ]

    def holds_at(self, moment: datetime) -> bool:
        """Whether the role is in force at `moment`."""
        return self.since <= moment < self.until


class Invitation(models.Model):
    """A one-time link by which somebody sets a password; kept only as a digest."""

    digest = models.CharField(max_length=64, primary_key=True)
    account = models.ForeignKey(Account, models.CASCADE, related_name="invitations")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Token(models.Model):
    """A bearer token for a machine; kept only as a digest, shown once."""

    digest = models.CharField(max_length=64, unique=True)
    account = models.ForeignKey(Account, models.CASCADE, related_name="tokens", verbose_name=_("account"))
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, verbose_name=_("unit"))
    may_write = models.BooleanField(_("may write"), default=True)
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True)

    class Meta:
        verbose_name = _("token")
        verbose_name_plural = _("tokens")
