"""Rule packs (规则包)."""

from django.apps import AppConfig


class Policies(AppConfig):
    name = "lianfang.kernel.policies"
    label = "policies"
