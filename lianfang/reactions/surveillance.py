"""A count of illness is unusual (预警信号): it joins the open alert of its place and kind, or opens one."""

from __future__ import annotations

from lianfang.capabilities.incidents.signals import signal_unusual
from lianfang.capabilities.surveillance.models import Alarm
from lianfang.capabilities.surveillance.running import joined
from lianfang.kernel.audit.models import Event
from lianfang.kernel.audit.ops import ref
from lianfang.reactions.about import key_of


def join_open_alert(event: Event) -> None:
    """Put an alarm to the open alert of its unit and kind of illness, or open one (J05)."""
    alarm = Alarm.objects.select_related("unit").get(pk=key_of(event)[0])
    alert = signal_unusual(alarm.unit, alarm.syndrome, alarm.day, cases=alarm.observed)
    joined(alarm, ref(alert))
