"""Classes under control measures (开班运行)."""

from django.apps import AppConfig


class Training(AppConfig):
    name = "lianfang.capabilities.training"
    label = "training"
