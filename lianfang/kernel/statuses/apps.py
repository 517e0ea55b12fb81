"""What a person's standing is, by which rule and facts (状态)."""

from django.apps import AppConfig


class Statuses(AppConfig):
    name = "lianfang.kernel.statuses"
    label = "statuses"
