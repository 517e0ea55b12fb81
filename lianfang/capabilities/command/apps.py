"""Who leads in an emergency (指挥组织): slots of an organisation, leading groups, delegations, temporary teams."""

from django.apps import AppConfig


class Command(AppConfig):
    name = "lianfang.capabilities.command"
    label = "command"
