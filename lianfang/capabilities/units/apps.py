"""The tree of units, shown and changed (单位)."""

from django.apps import AppConfig


class Units(AppConfig):
    name = "lianfang.capabilities.units"
    label = "units"
