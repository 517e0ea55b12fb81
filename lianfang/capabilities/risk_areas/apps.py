"""Risk areas, where people have stayed, and who is concerned (风险地区)."""

from django.apps import AppConfig


class RiskAreas(AppConfig):
    name = "lianfang.capabilities.risk_areas"
    label = "risk_areas"
