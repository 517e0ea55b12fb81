"""The tree of units (组织机构)."""

from django.apps import AppConfig


class Orgs(AppConfig):
    name = "lianfang.kernel.orgs"
    label = "orgs"
