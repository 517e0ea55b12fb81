"""One entry, many uses (减负): what is held already, which forms are asked, and how much work they are."""

from django.apps import AppConfig


class Burden(AppConfig):
    name = "lianfang.capabilities.burden"
    label = "burden"
