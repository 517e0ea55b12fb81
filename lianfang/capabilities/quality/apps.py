"""How complete and timely each unit's reports are (数据质量)."""

from django.apps import AppConfig


class Quality(AppConfig):
    name = "lianfang.capabilities.quality"
    label = "quality"
