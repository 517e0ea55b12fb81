"""Items, lots and the entries that move them (库存台账)."""

from django.apps import AppConfig


class Ledgers(AppConfig):
    name = "lianfang.kernel.ledgers"
    label = "ledgers"
