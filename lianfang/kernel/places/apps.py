"""Places and who is where in them (场所与占用)."""

from django.apps import AppConfig


class Places(AppConfig):
    name = "lianfang.kernel.places"
    label = "places"
