"""Forms, answers, roll-calls, reports and their counters (填报与汇总)."""

from django.apps import AppConfig


class Reporting(AppConfig):
    name = "lianfang.kernel.reporting"
    label = "reporting"
