"""Named sets of requirements, each item with an owner, a day and evidence (要求清单)."""

from django.apps import AppConfig


class Requirements(AppConfig):
    name = "lianfang.capabilities.requirements"
    label = "requirements"
