"""A form for any declared action (操作表单), made from its typed parameters."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from lianfang.interfaces.web.views.frame import signed_in


@signed_in
def show(request: HttpRequest, kind: str) -> HttpResponse:
    """The form of one action."""
    raise Http404
