"""Objections to statuses, and changes by hand (申诉与人工变更)."""

from django.apps import AppConfig


class Objections(AppConfig):
    name = "lianfang.capabilities.objections"
    label = "objections"
