"""What is kept of an observation site (隔离点): the site and its clock, rooms, controls, dedicated assets, clean-up."""

from lianfang.capabilities.site.models.clean_up import Sweep
from lianfang.capabilities.site.models.controls import Breach, Control
from lianfang.capabilities.site.models.sites import Milestone, Room, Site
from lianfang.capabilities.site.models.trips import Asset, Trip

__all__ = ["Asset", "Breach", "Control", "Milestone", "Room", "Site", "Sweep", "Trip"]
