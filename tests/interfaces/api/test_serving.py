"""How the API answers (接口应答): who asks, in which language, by which method, and what it writes down."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.db import OperationalError, connection
from django.test import Client

from lianfang.domain.refusals import Refused
from lianfang.interfaces.api import sending
from lianfang.interfaces.api.requests import read_json
from lianfang.kernel.audit.models import Event
from lianfang.kernel.reporting.models import Receipt
from lianfang.kernel.scope import EVERYTHING, within
from tests.everything.outcomes import tables
from tests.world import BASE, JSON, World, report


def denied() -> list[Event]:
    with within(EVERYTHING):
        return list(Event.objects.filter(denied=True).select_related("unit").order_by("at"))


@pytest.mark.parametrize("header", [None, "Bearer ", "Bearer lf_none", "Basic dTpw", "bearer x"])
def test_nobody_is_asked_to_sign_in(world: World, header: str | None) -> None:
    sent = Client().get("/api/v1/me", headers={"Authorization": header} if header else {})
    assert (sent.status_code, sent.json()["code"]) == (401, "login")
    assert sent.headers["WWW-Authenticate"] == 'Bearer realm="lianfang"'
    assert sent.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "FANCY"])
def test_a_method_that_is_not_offered_is_named_so(world: World, method: str) -> None:
    refused = world.send("class_head", method, "reports", {})
    assert (refused.status_code, refused.json()["code"]) == (405, "http.method")
    assert refused.headers["Allow"] == "GET, HEAD, OPTIONS, POST"


def test_options_names_what_is_offered_and_head_is_get_without_its_body(world: World) -> None:
    options = world.send("class_head", "OPTIONS", "reports/batch")
    assert (options.status_code, options.headers["Allow"], options.content) == (204, "OPTIONS, POST", b"")
    head, got = (world.send("class_head", method, "persons/") for method in ("HEAD", "GET"))
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(got.content))
    file = world.send("class_head", "HEAD", "persons/?format=csv")
    assert (file.status_code, file.content, file.headers["Content-Type"]) == (200, b"", "text/csv")


@pytest.mark.parametrize("path", ["reports", "reports/"])
def test_a_final_slash_loses_no_body(world: World, path: str) -> None:
    assert world.send("class_head", "POST", path, BASE).status_code == 200


@pytest.mark.parametrize(
    "path", ["", "nothing", "reports/1/2", "actions/report.signed", "actions/account.first_opened", "..%2f"]
)
def test_an_address_without_anything_says_so_to_everybody(world: World, path: str) -> None:
    for asked in (world.send("class_head", "GET", path), Client().post(f"/api/v1/{path}")):
        assert (asked.status_code, asked.json()["code"]) == (404, "not_found")
        assert set(asked.json()) == {"status", "code", "title", "errors"}


@pytest.mark.parametrize(
    ("query", "accept", "title", "language"),
    [
        ("", "", "Unit is still missing. Please fill it in.", "en"),
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "还缺单位，请补上。", "zh-hans"),
        ("?lang=zh", "en", "还缺单位，请补上。", "zh-hans"),
        ("?lang=en", "zh-CN", "Unit is still missing. Please fill it in.", "en"),
    ],
)
def test_a_refusal_is_in_the_language_of_the_reader(
    world: World, query: str, accept: str, title: str, language: str
) -> None:
    headers = {"Accept-Language": accept} if accept else {"Accept-Language": "en"}
    refused = world.send("class_head", "POST", f"reports{query}", report(unit=""), headers=headers)
    assert refused.json()["title"] == title
    assert refused.headers["Content-Language"] == language
    assert "Accept-Language" in refused.headers["Vary"]


def test_a_language_that_is_not_offered_is_named(world: World) -> None:
    refused = world.send("class_head", "GET", "persons/?lang=tlh")
    assert [(one["field"], one["code"]) for one in refused.json()["errors"]] == [("lang", "choice.unknown")]


def test_what_belongs_to_somebody_is_kept_in_no_cache(world: World) -> None:
    for path in ("me", "persons/", "persons/?format=csv", "units/S9/board"):
        assert "no-store" in world.send("class_head", "GET", path).headers["Cache-Control"]


@pytest.mark.parametrize(
    "kind", ["text/plain", "", "application/x-www-form-urlencoded", "application/json; charset=gbk", "text/json"]
)
def test_only_json_in_utf_8_is_read(world: World, kind: str) -> None:
    refused = world.report(BASE, content_type=kind)
    assert (refused.status_code, refused.json()["code"]) == (415, "content_type")
    packed = world.report(BASE, headers={"Content-Encoding": "gzip"})
    assert packed.status_code == 415


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"7", b"true", b"null"])
@pytest.mark.parametrize("path", ["reports", "roll-calls", "unit-reports", "persons/search", "actions/unit.opened"])
def test_a_body_that_is_no_object_is_refused(world: World, path: str, body: bytes) -> None:
    refused = world.send("class_head", "POST", path, body)
    assert (refused.status_code, refused.json()["code"]) == (422, "type")


def test_a_nul_in_any_text_is_refused_at_its_place(world: World) -> None:
    deep = {"parameters": {"slots": ["am", "a\x00"]}, "unit": "S1"}
    refused = world.send("county_N1", "POST", "actions/rules.adopted", deep)
    assert [(one["field"], one["code"]) for one in refused.json()["errors"]] == [
        ("parameters.slots[1]", "text.control_character")
    ]


@pytest.mark.parametrize(
    ("declared", "code"), [("5000", "http.framing"), ("x", "http.framing"), ("99999999", "body.too_large")]
)
def test_a_body_is_as_long_as_declared(declared: str, code: str) -> None:
    frame = {"REQUEST_METHOD": "POST", "CONTENT_TYPE": JSON, "CONTENT_LENGTH": declared, "wsgi.input": BytesIO(b"{}")}
    with pytest.raises(Refused) as refused:
        read_json(WSGIRequest(frame))
    assert refused.value.code == code


def test_a_session_needs_the_token_of_its_page_and_a_bearer_does_not(world: World) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(world.accounts["class_head"])
    refused = browser.post("/api/v1/reports", BASE, content_type=JSON)
    assert (refused.status_code, refused.json()["code"]) == (403, "session")
    assert all(word in refused.json()["title"] for word in ("X-CSRFToken", "csrftoken", "Authorization: Bearer"))
    assert browser.get("/api/v1/me").status_code == 200
    old = browser.post("/api/v1/reports", BASE, content_type=JSON, headers={"X-CSRFToken": "b" * 32})
    assert (old.json()["code"], "open too long" in old.json()["title"]) == ("session", True), "the page's own token"
    secret = "a" * 32
    browser.cookies["csrftoken"] = secret
    sent = browser.post("/api/v1/reports", BASE, content_type=JSON, headers={"X-CSRFToken": secret})
    assert sent.status_code == 200, sent.content
    machine = Client(enforce_csrf_checks=True)
    headers = {"Authorization": f"Bearer {world.tokens['class_head']}"}
    assert machine.post("/api/v1/reports", BASE, content_type=JSON, headers=headers).status_code == 200


def test_a_form_of_another_site_is_refused_however_it_is_typed(world: World) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(world.accounts["class_head"])
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
    ):
        for path in ("reports", "imports", "persons/search"):
            refused = browser.generic("POST", f"/api/v1/{path}", json.dumps(BASE), content_type=kind)
            assert refused.status_code in (403, 415), (kind, path)


def test_a_refusal_gives_its_claim_on_the_key_back(world: World) -> None:
    foreign = report(person={"ref": str(world.persons["D"].pk)})
    assert world.report(foreign).status_code == 404
    with within(EVERYTHING):
        assert not Receipt.objects.filter(key=BASE["key"]).exists()
    assert world.report(BASE).status_code == 200


def test_what_was_denied_is_on_record_without_what_was_given(world: World) -> None:
    said = report(unit="S2-K1", note="a note that nobody else should read")
    world.report(said)
    world.send("class_head", "GET", f"persons/{world.persons['D'].pk}")
    world.send("class_head", "POST", "reports/batch", {"items": [BASE, said | {"key": "in-a-batch"}]})
    events = denied()
    assert [(one.kind, one.subject, one.actor_name) for one in events] == [
        ("access.denied", "reports.send", "class_head"),
        ("access.denied", "persons.read", "class_head"),
        ("access.denied", "reports.batch", "class_head"),
    ]
    assert [one.unit and one.unit.code for one in events] == ["S1-K1"] * 3
    assert events[1].facts["id"] == str(world.persons["D"].pk)
    kept = json.dumps([one.facts for one in events])
    for word in ("S2-K1", "a note", world.number("A"), "张伟"):
        assert word not in kept


def test_what_was_denied_is_seen_by_the_leaders_of_whoever_asked(world: World) -> None:
    world.send("class_head", "GET", "units/S2/board")
    rows = world.send("school_admin_S1", "GET", "events/?kind=access.denied").json()["rows"]
    assert [(row["subject"], row["denied"]) for row in rows] == [("units.board", True)]
    assert world.send("county_N2", "GET", "events/?kind=access.denied").json()["rows"] == []


def test_a_refusal_that_is_no_denial_is_not_on_record(world: World) -> None:
    world.report(report(temperature=365))
    world.send("class_head", "GET", "persons/?colour=red")
    assert denied() == []


def test_somebody_without_any_duty_gets_only_their_own(world: World) -> None:
    own: dict[str, Any] = report(person={"ref": str(world.persons["A"].pk)}, key="by-herself")
    assert world.report(own, actor="person_A").json()["state"] == "received"
    me = world.send("person_A", "GET", "me").json()
    assert [(one["state"], one["mode"]) for one in me["answers"]] == [("well", "api")]
    place = f"reports/S1-K1/{BASE['day']}/am/{world.persons['A'].pk}"
    assert world.send("person_A", "GET", place).json()["temperature"] == "36.5"
    assert world.send("person_A", "GET", "persons/").status_code == 404
    assert world.send("person_A", "GET", f"persons/{world.persons['B'].pk}").status_code == 404
    assert world.send("person_A", "GET", "units/S1-K1/board").status_code == 404


def breaking(error: Exception) -> Any:
    def fail(*_: Any, **__: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE people_person SET name = 'half written'")
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(OperationalError("disk full at /var/x"), 503, "unavailable"), (RuntimeError("SELECT secret"), 500, "failed")],
)
def test_what_breaks_says_so_plainly_and_leaves_nothing_behind(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, code: str
) -> None:
    monkeypatch.setattr(sending, "receive_answer", breaking(error))
    before = tables()
    browser = Client(raise_request_exception=False)
    headers = {"Authorization": f"Bearer {world.tokens['class_head']}"}
    sent = browser.post("/api/v1/reports", BASE, content_type=JSON, headers=headers)
    assert (sent.status_code, sent.json()["code"]) == (status, code)
    assert sent.headers["Content-Type"] == "application/problem+json"
    assert ("Retry-After" in sent.headers) is (status == 503)
    for word in ("disk", "SELECT", "/var"):
        assert word not in sent.content.decode()
    assert tables() == before
