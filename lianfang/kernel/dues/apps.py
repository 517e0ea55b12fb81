"""Dues: who owes what by when (应办)."""

from django.apps import AppConfig


class Dues(AppConfig):
    name = "lianfang.kernel.dues"
    label = "dues"
