"""Cases, their contacts and how one infected the other (病例、密接与传播链)."""

from django.apps import AppConfig


class Cases(AppConfig):
    name = "lianfang.capabilities.cases"
    label = "cases"
