"""Who does what at an observation site (留观岗位)."""

from lianfang.domain.roles import Role

RECEPTION = (Role.NURSE, Role.DOCTOR, Role.SITE_MANAGER)
"""Who takes lists of arrivals, admits and moves guests."""
WARD = (Role.NURSE, Role.DOCTOR)
"""Who measures, samples and sees how guests are."""
DECIDERS = (Role.DOCTOR,)
"""Who decides about the length and the end of a stay."""
SEERS = (Role.NURSE, Role.DOCTOR, Role.SITE_MANAGER)
"""Who sees stays."""
