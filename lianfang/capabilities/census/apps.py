"""Who lives where (摸底): households, members, tenants and movements, as squads find them at the door."""

from django.apps import AppConfig


class Census(AppConfig):
    name = "lianfang.capabilities.census"
    label = "census"
