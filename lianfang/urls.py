"""Addresses (地址): pages, the API, and the address that says whether all is well."""

from __future__ import annotations

from django.urls import include, path

from lianfang.interfaces.web.health import healthz

urlpatterns = [
    path("healthz", healthz),
    path("api/", include("lianfang.interfaces.api.urls")),
    path("", include("lianfang.interfaces.web.urls")),
]
handler404 = "lianfang.interfaces.web.errors.not_found"
handler403 = "lianfang.interfaces.web.errors.not_found"
handler500 = "lianfang.interfaces.web.errors.failed"
