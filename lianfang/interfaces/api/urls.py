"""Addresses of the API (接口地址), from the table of endpoints; a final slash may be given or left out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, re_path
from django.views.decorators.csrf import csrf_exempt

from lianfang.domain.refusals import Refused
from lianfang.interfaces.api.endpoint import Endpoint
from lianfang.interfaces.api.problems import problem_response
from lianfang.interfaces.api.serving import view_of
from lianfang.interfaces.api.table import docs, endpoints

_PART = re.compile(r"\\\{(\w+)\\\}")
_DOCS = Endpoint("GET", "docs", "docs", docs, "This description for people", open=True)


def _patterns(table: Iterable[Endpoint]) -> list[URLPattern]:
    by_path: dict[str, dict[str, Endpoint]] = {}
    for one in table:
        by_path.setdefault(one.path.rstrip("/"), {})[one.method] = one
    ordered = sorted(by_path, key=lambda path: [(part.startswith("{"), part) for part in path.split("/")])
    return [re_path(f"^v1/{_expression(path)}/?$", view_of(by_path[path])) for path in ordered]


def _expression(path: str) -> str:
    return _PART.sub(r"(?P<\1>[^/]+)", re.escape(path))


@csrf_exempt
def nothing_here(request: HttpRequest) -> HttpResponseBase:
    """No such address: the same answer to everybody and every method."""
    return problem_response(request, Refused("not_found"))


urlpatterns = [
    *_patterns(endpoints()),
    re_path(r"^docs/?$", view_of({"GET": _DOCS})),
    re_path(r"^", nothing_here),
]
