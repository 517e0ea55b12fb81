"""Temperature readings and symptoms of people under watch (测温)."""

from django.apps import AppConfig


class Readings(AppConfig):
    name = "lianfang.kernel.readings"
    label = "readings"
