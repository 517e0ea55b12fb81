"""What a wall costs (大屏开销): a bounded number of questions at every level, however many units lie below."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import make, walls
from tests.make import at

pytestmark = pytest.mark.django_db
MOST = 30
"""Some are of the test itself: in its transaction every block of a request has a savepoint."""
ADDRESSES = ["P", "X1", "X2", "C", "C-0", "U", "P?curve=onset", "C?curve=onset", "U?curve=onset"]


@pytest.fixture
def province() -> walls.Province:
    """Two prefectures, one with a county of schools; a university right below; all with weeks of reports."""
    made = walls.province(["X1", "X2"], schools=2)
    county = make.unit(made.prefectures[0], "C", "county")
    schools = [make.unit(county, f"C-{number}", "school") for number in range(9)]
    university = make.unit(made.top, "U", "university")
    for number in range(9):
        make.unit(university, f"U-{number}", "class")
        make.unit(schools[0], f"C-K{number}", "class")
    walls.opened(made, 3)
    for school in schools[1:]:
        for day in made.days[:-1]:
            walls.reported(school, day)
    return made


@pytest.mark.parametrize("folded", [True, False])
def test_a_wall_asks_few_questions_at_every_level(province, folded, django_assert_max_num_queries):
    if folded:
        walls.folded(province)
    reader = Client(headers={"accept-language": "en"})
    with make.clock.at(at(18)):
        officer = make.account(province.top, "officer")
        reader.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
        for address in ADDRESSES:
            reader.get(f"/wall/{address}")  # who asks, and by which rules, is read once
            with django_assert_max_num_queries(MOST, info=address):
                assert reader.get(f"/wall/{address}").status_code == 200, address
