"""Stays under observation (留观), and isolation on a campus (校内隔离)."""

from django.apps import AppConfig


class Stays(AppConfig):
    name = "lianfang.capabilities.stays"
    label = "stays"
