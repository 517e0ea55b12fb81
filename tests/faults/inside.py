"""Looks into and prepares an installation from inside (内查): a program that the harness runs with its environment.

`world PEOPLE` founds a small county and prints how to send to it; `differences` prints what a recount finds.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import Any

import django

DAYS_OPEN = 2  # before today, for which answers are still taken


def world(people: str) -> dict[str, Any]:
    """A county, a school, a class of so many people, its class head's token, and the days that are open."""
    from lianfang.kernel import clock
    from lianfang.kernel.accounts.ops import new_token
    from lianfang.kernel.scope import EVERYTHING, within
    from tests import make

    county = make.root("N1", "county")
    make.rules(county, slots=["am", "pm"])
    school = make.unit(county, "S1", "school")
    klass = make.unit(school, "S1-K1", "class")
    head = make.account(klass, "class_head")
    members = make.members(klass, int(people))
    with within(EVERYTHING):
        _, secret = new_token(head)
    today = clock.today(klass.zone)
    days = [str(today - timedelta(days=n)) for n in range(DAYS_OPEN)]
    return {"token": secret, "unit": klass.code, "people": [str(one.pk) for one in members], "days": days}


def differences() -> list[str]:
    """Every counter of any day that is not what a recount from the rows says."""
    from lianfang.kernel.reporting import tally
    from lianfang.kernel.reporting.models import Tally
    from lianfang.kernel.scope import EVERYTHING, within

    with within(EVERYTHING):
        days = list(Tally.objects.values_list("day", flat=True).distinct())
        return [str(found) for day in days for found in tally.differences(day)]


ANSWERS = {"world": world, "differences": differences}

if __name__ == "__main__":
    django.setup()
    json.dump(ANSWERS[sys.argv[1]](*sys.argv[2:]), sys.stdout)
