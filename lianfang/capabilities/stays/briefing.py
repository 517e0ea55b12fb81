"""What the briefing says of people in observation (日报: 集中观察): present, come, released, measured, set apart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Q

from lianfang.capabilities.stays.models import Isolated, Stay
from lianfang.capabilities.stays.models.stay import CONVERTED, HERE, RELEASED
from lianfang.domain.briefing.figures import Figure
from lianfang.domain.briefing.trends import published
from lianfang.kernel.briefing import Asked, briefed
from lianfang.kernel.readings.models import STAY, Reading
from lianfang.kernel.readings.ops import READING
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
    today = Q(ended_at__gte=asked.starts, ended_at__lt=asked.at)
    here = come.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=asked.at)).count()
    for code, count in (
        ("observation.here", here),
        ("observation.admitted", come.filter(admitted_at__gte=asked.starts).count()),
        ("observation.released", come.filter(today, state=RELEASED).count()),
    ):
        yield Figure(code, published(count, fewest=asked.fewest), so_far, measure="person")
    yield from _readings(asked)
    ill = come.filter(state=CONVERTED, ended_at__lt=asked.at).count()
    yield Figure("observation.converted", published(ill, fewest=asked.fewest), so_far, measure="person")


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
        yield Figure("observation.isolated", published(still, fewest=asked.fewest), known.count(), measure="person")
