"""Photos (佐证照片): a picture that shows what was seen, sealed, about one row."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.kernel.orgs.models import UnitOwned


class Photo(UnitOwned):
    """One picture about a row (`subject` as `audit.ops.ref` names it), made anew as JPEG and sealed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject = models.CharField(_("subject"), max_length=120, db_index=True)
    name = models.CharField(_("file"), max_length=120)
    content_sealed = models.TextField(editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    taken_at = models.DateTimeField(_("taken at"))
    by = models.CharField(_("by"), max_length=60)

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["subject", "sha256"],
                name="one_photo_a_picture",
                violation_error_message=_("This picture is attached already."),
            )
        ]

    def __str__(self) -> str:
        return self.name
