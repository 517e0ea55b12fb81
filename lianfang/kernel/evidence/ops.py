"""Attaching photos (附上照片): every picture is read, shrunk and written anew, so that nothing hidden comes along.

What a camera writes beside the picture (place, device, owner) is dropped with everything else that is not the picture.
"""

from __future__ import annotations

import base64
import hashlib
import io
import warnings
from typing import Any, Final

from django.db import models
from PIL import Image, ImageOps, UnidentifiedImageError

from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.audit.ops import record, ref
from lianfang.kernel.crypto import seal, unseal
from lianfang.kernel.evidence.models import Photo
from lianfang.kernel.orgs.models import Unit

LARGEST_BYTES: Final = 12 * 2**20  # of an upload; a phone's picture is a third of it
MOST_PIXELS: Final = 60_000_000  # before it is read at all: a small file can unfold to gigabytes
LONGEST_SIDE: Final = 1600  # of what is kept
QUALITY: Final = 82
FORMATS: Final = ("JPEG", "PNG", "WEBP")


def attach(by: Actor, unit: Unit, *, about: models.Model, upload: bytes, name: str) -> Photo:
    """Keep a picture about a row; the same picture again is the one kept before.

    Refused: `file.empty`, `file.too_large`, `file.not_a_picture` (photo).
    """
    content, (width, height) = _made_anew(upload)
    subject, digest = ref(about), hashlib.sha256(content).hexdigest()
    before = Photo.objects.filter(subject=subject, sha256=digest).first()
    if before is not None:
        return before
    photo = Photo(
        unit=unit, subject=subject, name=name[-120:] or "photo.jpg", sha256=digest, width=width, height=height,
        taken_at=clock.now(), by=by.name[:60],
    )  # fmt: skip
    photo.content_sealed = seal(base64.b64encode(content).decode(), about=_place(photo))
    photo.save(force_insert=True)
    record("photo.attached", by=by, unit=unit, subject=photo, facts={"about": subject})
    return photo


def picture(photo: Photo) -> bytes:
    """The picture as JPEG."""
    return base64.b64decode(unseal(photo.content_sealed, about=_place(photo)))


def photos_of(about: models.Model) -> models.QuerySet[Photo]:
    """The pictures about a row, oldest first, without their content."""
    return Photo.objects.filter(subject=ref(about)).defer("content_sealed").order_by("taken_at", "pk")


def _place(photo: Photo) -> str:
    return f"evidence_photo|content|{photo.pk}"


def _made_anew(upload: bytes) -> tuple[bytes, tuple[int, int]]:
    if not upload:
        raise Refused("file.empty", "photo")
    if len(upload) > LARGEST_BYTES:
        raise Refused("file.too_large", "photo", most_mib=LARGEST_BYTES // 2**20)
    try:
        return _jpeg(upload)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Refused("file.not_a_picture", "photo") from error


def _jpeg(upload: bytes) -> tuple[bytes, tuple[int, int]]:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        opened: Any = Image.open(io.BytesIO(upload), formats=FORMATS)
        if opened.width * opened.height > MOST_PIXELS:
            raise Refused("file.not_a_picture", "photo")
        upright = ImageOps.exif_transpose(opened).convert("RGB")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    plain = Image.new("RGB", upright.size)  # a picture of its own: what was beside the first one stays behind
    plain.paste(upright)
    written = io.BytesIO()
    plain.save(written, "JPEG", quality=QUALITY, optimize=True)
    return written.getvalue(), plain.size
