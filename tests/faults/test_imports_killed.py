"""Files whose import dies (导入中断): staged or half applied, the file is written whole in the end, and only once."""

from __future__ import annotations

import http.client
import json
import time
from typing import Any

import pytest

from tests.faults.books import staging
from tests.faults.clients import Address
from tests.faults.conftest import Proving
from tests.faults.product import Product
from tests.interfaces.lists import as_csv

PLACES = ("after_stage_before_apply", "mid_apply")
HEADER = ["人员编号", "日期", "时段", "体温", "症状"]
BOUNDARY = "a-line-between-the-parts"
WRITTEN = "written"
LONGEST_LOOP, MOST_TRIES = 60, 200


class Uploader:
    """Sends one file again and again until it is told that its rows are written, looking at the tables in between."""

    def __init__(self, product: Product, address: Address) -> None:
        self.product = product
        self.address = address
        self.tries = 0

    def upload(self, content: bytes, rows: int) -> dict[str, Any]:
        """What became of the file. However often it is sent, none of its rows is there or all are."""
        before = self.answers()
        for _ in range(MOST_TRIES):
            self.tries += 1
            given = self._send(content)
            assert self.answers() - before in (0, rows)
            if given is not None:
                assert given["stage"] == WRITTEN, given
                return given
            time.sleep(0.1)
        raise AssertionError("the file was never written")

    def answers(self) -> int:
        """How many answers are on record."""
        return int(self.product.rows("SELECT count(*) FROM reporting_answer")[0][0])

    def _send(self, content: bytes) -> dict[str, Any] | None:
        connection = http.client.HTTPConnection("127.0.0.1", self.address.port, timeout=30)
        headers = {
            "Authorization": f"Bearer {self.address.world['token']}",
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        }
        try:
            connection.request("POST", "/api/v1/imports", _form(content), headers)
            given = connection.getresponse()
            answer: dict[str, Any] = json.loads(given.read())
        except (OSError, http.client.HTTPException, ValueError):
            return None
        finally:
            connection.close()
        assert given.status == 200 or given.status >= 500, answer
        return answer if given.status == 200 else None


def _form(content: bytes) -> bytes:
    field = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="what"\r\n\r\nreports\r\n'
    file = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="answers.csv"\r\n\r\n'
    return field.encode() + file.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


def table(address: Address, number: int) -> tuple[bytes, int]:
    """A file nobody has sent before, answers of the whole class, and how many rows it has."""
    people, days = address.world["people"], address.world["days"]
    day, slot = days[number % 2], ("上午", "下午")[number // 2 % 2]
    rows = [[who, day, slot, f"36.{number % 9 + 1}", "无"] for who in people]
    return as_csv([HEADER, *rows]), len(rows)


def kill_imports(product: Product, address: Address, *, step: int) -> dict[str, Any]:
    """Each place, dying at every `step`-th pass until a file passes untouched."""
    kills, sender = dict.fromkeys(PLACES, 0), Uploader(product, address)
    for place in PLACES:
        for number in range(1, LONGEST_LOOP, step):
            product.clear_answers()
            product.change("TRUNCATE files_import")
            product.order(place, number)
            content, rows = table(address, number)
            first = sender.upload(content, rows)
            died, again = product.passes() >= number, sender.upload(content, 0)
            assert (again["id"], again["stage"]) == (first["id"], WRITTEN)
            assert (sender.answers(), receipts(product)) == (rows, rows)
            if not died:
                break
            kills[place] += 1
    product.withdraw()
    assert (product.ask("differences"), staging(product)) == ([], [])
    return {
        "kills": sum(kills.values()),
        "kills_at": kills,
        "files_sent": sender.tries,
        "half_written": 0,
        "rows_twice": 0,
    }


def receipts(product: Product) -> int:
    """How many rows were acknowledged."""
    return int(product.rows("SELECT count(*) FROM reporting_receipt")[0][0])


def test_a_file_whose_import_dies_is_written_whole_and_once(
    product: Product, address: Address, proving: Proving
) -> None:
    with proving("imports") as figures:
        figures.update(kill_imports(product, address, step=30))
        assert min(figures["kills_at"].values()) > 0


@pytest.mark.proof
def test_a_file_whose_import_dies_at_many_rows_is_written_whole_and_once(
    product: Product, address: Address, proving: Proving
) -> None:
    with proving("imports") as figures:
        figures.update(kill_imports(product, address, step=5))
        assert min(figures["kills_at"].values()) > 0
