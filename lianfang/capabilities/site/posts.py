"""Who may do what at a site (岗位): those who run it, those who work in it, those who order it."""

from __future__ import annotations

from lianfang.domain.roles import Role

ORDERERS = (Role.ADMINISTRATOR, Role.LEADER, Role.OFFICER)
"""Who designates a site and moves its T0."""
RUNNERS = (Role.SITE_MANAGER, Role.LEADER, Role.ADMINISTRATOR)
"""Who runs a site: rooms, owners, opening, draining, closing."""
HANDS = (*RUNNERS, Role.DUTY_OFFICER, Role.DOCTOR, Role.NURSE, Role.KITCHEN, Role.LOGISTICIAN, Role.CREW, Role.GUARD)
"""Everybody who works in a site: they give evidence, report breaches, log trips."""
VERIFIERS = (*RUNNERS, Role.DOCTOR, Role.DUTY_OFFICER)
CLEANERS = (*RUNNERS, Role.CREW)
