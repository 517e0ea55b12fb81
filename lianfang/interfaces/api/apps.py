"""The API (接口)."""

from django.apps import AppConfig


class Api(AppConfig):
    name = "lianfang.interfaces.api"
    label = "api"
