"""Counts of illness by unit and day, settings that watch them, alarms (监测预警)."""

from django.apps import AppConfig


class Surveillance(AppConfig):
    name = "lianfang.capabilities.surveillance"
    label = "surveillance"
