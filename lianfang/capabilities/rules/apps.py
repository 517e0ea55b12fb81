"""Rule packs, shown and adopted (规则包)."""

from django.apps import AppConfig


class RulePacks(AppConfig):
    name = "lianfang.capabilities.rules"
    label = "rules"
