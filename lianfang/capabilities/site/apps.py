"""Observation sites: rooms, milestones, four fives, dedicated assets, closing (隔离点)."""

from django.apps import AppConfig


class Site(AppConfig):
    name = "lianfang.capabilities.site"
    label = "site"
