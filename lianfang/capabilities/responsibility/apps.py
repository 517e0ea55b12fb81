"""Who is responsible for what, without gaps (责任到人)."""

from django.apps import AppConfig


class Responsibility(AppConfig):
    name = "lianfang.capabilities.responsibility"
    label = "responsibility"
