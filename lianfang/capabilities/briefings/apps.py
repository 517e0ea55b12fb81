"""The daily briefing of a unit, composed from records, with its versions (日报)."""

from django.apps import AppConfig


class Briefings(AppConfig):
    name = "lianfang.capabilities.briefings"
    label = "briefings"
