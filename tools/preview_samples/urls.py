"""The one address templates ask for by name."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("i18n/", include("django.conf.urls.i18n"))]
