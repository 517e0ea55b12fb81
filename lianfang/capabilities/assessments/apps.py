"""Risks of a period, scored, graded and looked at again (风险评估)."""

from django.apps import AppConfig


class Assessments(AppConfig):
    name = "lianfang.capabilities.assessments"
    label = "assessments"
