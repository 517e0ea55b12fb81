"""Who does what about classes (开班分工): who holds them, who runs one, who cleans, who measures at the door."""

from lianfang.domain.roles import SERVICES, SIGHTS, Role

HOSTS = (Role.ADMINISTRATOR, Role.SITE_MANAGER, Role.DUTY_OFFICER)
"""Who schedules classes, gives them rooms and says how a shortage is met."""
RUNNERS = (*HOSTS, Role.CLASS_HEAD)
"""Who runs a class: enrols, looks at what opening asks for, opens, closes."""
CLEANERS = (Role.CREW, *RUNNERS)
"""Who records disinfection and looks after markers."""
AT_THE_DOOR = tuple(
    role for role in (Role.CLASS_HEAD, Role.SCREENER, Role.NURSE, Role.DOCTOR, Role.DUTY_OFFICER) if SIGHTS[role].health
)
"""Who measures at the door: readings are health, so only roles that see health."""
SEERS = SERVICES
"""Who sees classes, orders and markers; the rows about people are for those who see people."""
SEERS_OF_PEOPLE = tuple(role for role in SERVICES if SIGHTS[role].people)
