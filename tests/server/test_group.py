"""Groups that share one commit (成组处理): a crowd stays one group, and somebody alone waits for nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from lianfang.interfaces.server import group as grouping
from lianfang.interfaces.server.group import Group

CROWD = 8
TURNS = 12


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """A moment long enough that a slow machine changes nothing; whoever does not come ends it."""
    monkeypatch.setattr(grouping, "MOMENT_SECONDS", 1.0)


async def client(group: Group[int, int], number: int, turns: int) -> None:
    for _ in range(turns):
        assert await group.ask(number) == number


def sizes_of(crowd: int, turns: int) -> list[int]:
    sizes: list[int] = []

    def work(items: Sequence[int]) -> Sequence[int]:
        sizes.append(len(items))
        return items

    async def all_of_them() -> None:
        group: Group[int, int] = Group(work, most=CROWD * 2)
        await asyncio.gather(*(client(group, number, turns) for number in range(crowd)))

    asyncio.run(all_of_them())
    return sizes


def test_a_crowd_that_comes_back_is_served_whole_with_one_commit_a_turn():
    sizes = sizes_of(CROWD, TURNS)
    assert sum(sizes) == CROWD * TURNS
    assert len(sizes) <= TURNS + 3  # the first turns find out how many they are, and the last may be short of somebody


def test_somebody_alone_is_served_at_once():
    loop_began = asyncio.new_event_loop()
    began = loop_began.time()
    assert sizes_of(1, TURNS) == [1] * TURNS
    assert loop_began.time() - began < grouping.MOMENT_SECONDS
    loop_began.close()
