"""Isolation and the days after an observation (隔离与解除后): a positive test is a case, a release begins more days."""

from __future__ import annotations

from lianfang.capabilities.stays.home import begin_home_watch
from lianfang.capabilities.stays.models import HomeTest, IsolationTest, Stay
from lianfang.capabilities.stays.models.isolation import POSITIVE
from lianfang.kernel.audit.models import Event
from lianfang.reactions.about import key_of
from lianfang.reactions.cases import open_case_by_test


def open_case_of_isolated(event: Event) -> None:
    """A case is opened with that test, and the nearest doctor told (I09)."""
    test = IsolationTest.objects.select_related("unit", "person").get(pk=key_of(event)[0])
    if test.result == POSITIVE:
        open_case_by_test(test.unit, test.person, test.sampled_at)


def open_case_of_tested_at_home(event: Event) -> None:
    """The same of a test at home after the release."""
    test = HomeTest.objects.select_related("unit", "person").get(pk=key_of(event)[0])
    if test.result == POSITIVE:
        open_case_by_test(test.unit, test.person, test.sampled_at)


def watch_at_home(event: Event) -> None:
    """Somebody was released: the days at home that the rules ask for begin."""
    begin_home_watch(Stay.objects.select_related("unit", "person").get(pk=key_of(event)[0]))
