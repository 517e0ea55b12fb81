"""Who may do what about incidents (处置权限)."""

from __future__ import annotations

from lianfang.domain.roles import SERVICES, SIGHTS, Role

RESPONDERS = tuple(role for role in SERVICES if role != Role.AUDITOR)
"""Whoever works here may raise an emergency, stop its clocks and do its steps."""
LEADS = (Role.DUTY_OFFICER, Role.LEADER, Role.DOCTOR, Role.SITE_MANAGER, Role.OFFICER)
"""Who leads an incident: briefs, corrects, closes."""
NEAR_PEOPLE = tuple(role for role in RESPONDERS if SIGHTS[role].people)
"""Who sees people by name: they may read what was seen and stop the clocks, called or not."""
MEDICAL = (Role.DOCTOR, Role.NURSE, Role.DUTY_OFFICER)
"""Who records what concerns one person's health."""
VERIFIERS = (Role.DOCTOR, Role.DUTY_OFFICER, Role.OFFICER)
"""The school's epidemic reporter and the county: who works an alert of similar illness (row J05)."""
EDITORS = (Role.ADMINISTRATOR, Role.LEADER, Role.OFFICER)
"""Who publishes an institution's own runbooks."""
