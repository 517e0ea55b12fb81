"""The daily screening of a division by its screener (排查专员)."""

from django.apps import AppConfig


class Screening(AppConfig):
    name = "lianfang.capabilities.screening"
    label = "screening"
