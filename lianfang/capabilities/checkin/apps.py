"""Answers of people and class checks (打卡与晨检)."""

from django.apps import AppConfig


class CheckIn(AppConfig):
    name = "lianfang.capabilities.checkin"
    label = "checkin"
