"""Incidents (突发情况): the emergency clock, runbooks and their steps, similar illness, grades of risk."""
