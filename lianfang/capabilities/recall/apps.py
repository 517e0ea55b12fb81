"""Recall (停休与召回): who is away, who must be back by when, who is exempt on what evidence."""

from django.apps import AppConfig


class Recall(AppConfig):
    name = "lianfang.capabilities.recall"
    label = "recall"
