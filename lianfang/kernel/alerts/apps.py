"""Reminders and alerts to accounts (提醒)."""

from django.apps import AppConfig


class Alerts(AppConfig):
    name = "lianfang.kernel.alerts"
    label = "alerts"
