"""What is to be done, by whom and until when, whatever it is about (任务清单)."""

from django.apps import AppConfig


class Worklist(AppConfig):
    name = "lianfang.capabilities.worklist"
    label = "worklist"
