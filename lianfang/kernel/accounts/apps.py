"""Accounts, roles and tokens (账号与角色)."""

from django.apps import AppConfig


class Accounts(AppConfig):
    name = "lianfang.kernel.accounts"
    label = "accounts"
