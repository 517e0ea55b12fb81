"""Supplies (物资): what is in stock, how long it lasts, what must be there before a phase, and what is ordered."""

from django.apps import AppConfig


class Supplies(AppConfig):
    name = "lianfang.capabilities.supplies"
    label = "supplies"
