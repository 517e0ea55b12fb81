"""Registers and their pages (台账与分页): following the pages shows every row once, whatever the order."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.registers.paging import page
from lianfang.kernel.registers.register import Register, registers
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks.models import Task
from lianfang.kernel.tasks.ops import owe
from tests import make
from tests.make import at


@pytest.mark.parametrize("order", [("day", "-slot"), ("-due_at",)])
def test_an_order_after_which_the_next_page_could_not_be_told_is_refused(order: tuple[str, ...]) -> None:
    with pytest.raises(TypeError, match="runs both ways, or by a column that may be empty"):
        type("Wrong", (Register,), {"name": "wrong", "model": Task, "order": order})
    assert "wrong" not in registers


@pytest.mark.django_db
def test_rows_that_tie_are_each_shown_once_over_the_pages() -> None:
    class Told(Register):
        name, title, model, columns, order = "told", "told", Task, [], ("-opens_at",)

    try:
        school = make.unit(make.root("P"), "S", "school")
        with within(EVERYTHING), clock.at(at(9)):
            made = {owe(school, "check", school, number=n, opens_at=at(9) + timedelta(n // 20)).pk for n in range(50)}
            seen, cursor = [], ""
            while True:
                shown = page(Told.chosen(SYSTEM, {}), Told.order, cursor=cursor, size=7)
                seen += [row.pk for row in shown.rows]
                cursor = shown.next
                if not cursor:
                    break
        assert len(seen) == len(made) and set(seen) == made
    finally:
        del registers["told"]


def test_every_register_ends_its_order_where_rows_are_told_apart() -> None:
    tables = {name: one.order for name, one in registers.items()}
    assert all(len({name.startswith("-") for name in order}) == 1 for order in tables.values())
