"""Reports to recipients outside the tree (对上报送): one set of figures, several layouts and deadlines."""

from django.apps import AppConfig


class Upward(AppConfig):
    name = "lianfang.capabilities.upward"
    label = "upward"
