"""Accounts and the roles they hold (账号与权限)."""

from django.apps import AppConfig


class Access(AppConfig):
    name = "lianfang.capabilities.access"
    label = "access"
