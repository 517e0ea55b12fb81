"""People and their memberships (人员)."""

from django.apps import AppConfig


class People(AppConfig):
    name = "lianfang.kernel.people"
    label = "people"
