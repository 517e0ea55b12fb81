"""Two-way verification (双向校核): two lists of cases, every difference owned by somebody and closed by both sides."""

from django.apps import AppConfig


class Verification(AppConfig):
    name = "lianfang.capabilities.verification"
    label = "verification"
