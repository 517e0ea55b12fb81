"""Events: what was done, by whom, when (事件)."""

from django.apps import AppConfig


class Audit(AppConfig):
    name = "lianfang.kernel.audit"
    label = "audit"
