"""Photos that show what was seen (佐证照片)."""

from django.apps import AppConfig


class Evidence(AppConfig):
    name = "lianfang.kernel.evidence"
    label = "evidence"
