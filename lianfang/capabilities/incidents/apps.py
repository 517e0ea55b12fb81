"""Emergencies, hazards and similar illness: clocks, runbooks, who was called, what was done (突发情况)."""

from django.apps import AppConfig


class Incidents(AppConfig):
    name = "lianfang.capabilities.incidents"
    label = "incidents"
