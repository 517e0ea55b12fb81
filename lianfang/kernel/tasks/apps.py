"""Acts owed about one thing (任务)."""

from django.apps import AppConfig


class Tasks(AppConfig):
    name = "lianfang.kernel.tasks"
    label = "tasks"
