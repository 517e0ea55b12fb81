"""Rosters: who belongs where, and who answers for whom (名单)."""

from django.apps import AppConfig


class Persons(AppConfig):
    name = "lianfang.capabilities.persons"
    label = "persons"
