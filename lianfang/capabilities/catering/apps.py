"""Meals, and what guests ask for (供餐与生活保障)."""

from django.apps import AppConfig


class Catering(AppConfig):
    name = "lianfang.capabilities.catering"
    label = "catering"
