"""One-to-one follow-up (人盯人): everybody at risk has one responsible adult, a backup and a contact a day."""

from django.apps import AppConfig


class Pairs(AppConfig):
    name = "lianfang.capabilities.pairs"
    label = "pairs"
