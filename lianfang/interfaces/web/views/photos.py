"""One photo (佐证照片), for whoever may see the unit it belongs to."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from lianfang.interfaces.web.views.frame import signed_in
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.evidence.models import Photo
from lianfang.kernel.evidence.ops import picture


@require_GET
@signed_in
def show(request: HttpRequest, number: UUID) -> HttpResponse:
    """The picture itself; never kept by caches, never run as anything but a picture."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = Photo.objects.select_related("unit").filter(pk=number).first()
    if found is None or not any(post.unit.covers(found.unit) for post in actor.posts):
        raise Http404
    response = HttpResponse(picture(found), content_type="image/jpeg")
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = "inline"
    return response
