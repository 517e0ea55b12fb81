"""What the briefing says of people in observation (日报: 集中观察): present, come, released, measured, set apart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Q, QuerySet

from lianfang.capabilities.stays.models import Isolated, Stay
from lianfang.capabilities.stays.models.stay import CONVERTED, HERE, RELEASED
from lianfang.capabilities.stays.there import there_on
from lianfang.domain.amounts import AtLeast
from lianfang.domain.briefing.figures import Figure
from lianfang.domain.briefing.trends import published
from lianfang.domain.small import room
from lianfang.domain.small_flows import flows_bound, in_whole
from lianfang.kernel.briefing import Asked, briefed
from lianfang.kernel.readings.models import STAY, Reading
from lianfang.kernel.readings.ops import READING
from lianfang.kernel.reporting.office_bounds import ENDED, kept_bounds
from lianfang.kernel.tasks.models import Task


@briefed("observation")
def observation(asked: Asked) -> Iterator[Figure]:
    """Nothing where nobody was ever in observation or set apart."""
    yield from _stays(asked)
    yield from _set_apart(asked)


@briefed("owed")
def releases(asked: Asked) -> Iterator[Figure]:
    """Whose observation may end tomorrow."""
    here = Stay.objects.filter(asked.within(), state=HERE)
    if many := here.count():
        tomorrow = published(here.filter(ends_on=asked.day + timedelta(days=1)).count(), fewest=asked.fewest)
        yield Figure("owed.releases", tomorrow, many, measure="person")


def _stays(asked: Asked) -> Iterator[Figure]:
    come = Stay.objects.filter(asked.within(), admitted_at__lt=asked.at)
    so_far = come.count()
    if not so_far:
        return
    whole = in_whole(so_far, asked.fewest) or None  # as it grows it would tell who was admitted
    for code, count, bound in _moved(asked, come):
        yield Figure(code, published(count, fewest=asked.fewest, bound=bound), whole, measure="person")
    yield from _readings(asked)
    ill = come.filter(state=CONVERTED, ended_at__lt=asked.at).count()
    least = in_whole(ill, asked.fewest)
    amount = AtLeast(least) if least and asked.fewest else ill
    yield Figure("observation.converted", published(amount, fewest=asked.fewest), whole, measure="person")


def _moved(asked: Asked, come: QuerySet[Stay]) -> Iterator[tuple[str, int, int]]:
    """Who is there, was admitted and released today, each with what it is said to be below beside yesterday."""
    day = there_on(asked.unit, asked.day, come, asked.fewest, ends=asked.at)
    before = there_on(asked.unit, asked.day - timedelta(days=1), come, asked.fewest, ends=asked.starts)
    admitted = come.filter(admitted_at__gte=asked.starts).count()
    ended = come.filter(ended_at__gte=asked.starts, ended_at__lt=asked.at)
    released = ended.filter(state=RELEASED).count()
    flows = flows_bound([before, day], [admitted, ended.count(), released], asked.fewest)
    kept = kept_bounds(asked.unit, [asked.day]).get(asked.day)
    told = max(flows, room(released, asked.fewest) if kept and kept[ENDED] else 0)
    yield "observation.here", day.count or 0, day.bound
    yield "observation.admitted", admitted, told
    yield "observation.released", released, told


def _readings(asked: Asked) -> Iterator[Figure]:
    owed = Task.objects.filter(
        asked.within(), kind=READING, day=asked.day, excused="", due_at__lt=asked.at, subject__startswith="stays.stay:"
    )
    done = owed.filter(settled_at__lt=asked.at)
    if not owed.exists():
        return
    yield Figure("observation.readings", done.count(), owed.count(), measure="reading")
    taken = Reading.objects.filter(asked.within(), kind=STAY, day=asked.day, second_of=None, voided_at=None)
    ill = taken.filter(abnormal=True, at__lt=asked.at).count()
    yield Figure("observation.abnormal", published(ill, fewest=asked.fewest), done.count(), measure="reading")


def _set_apart(asked: Asked) -> Iterator[Figure]:
    known = Isolated.objects.filter(asked.within(), since__lt=asked.at)
    if known.exists():
        still = known.filter(Q(until__isnull=True) | Q(until__gte=asked.at)).count()
        whole = in_whole(known.count(), asked.fewest) or None
        yield Figure("observation.isolated", published(still, fewest=asked.fewest), whole, measure="person")
