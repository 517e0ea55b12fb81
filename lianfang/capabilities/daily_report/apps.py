"""The daily and zero report (日报与零报告)."""

from django.apps import AppConfig


class DailyReport(AppConfig):
    name = "lianfang.capabilities.daily_report"
    label = "daily_report"
