"""Pages (网页)."""

from django.apps import AppConfig


class Web(AppConfig):
    name = "lianfang.interfaces.web"
    label = "web"
