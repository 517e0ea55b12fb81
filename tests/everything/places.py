"""Every address that names a thing, made concrete (地址表), and a browser that is signed in."""

from __future__ import annotations

from django.test import Client

from lianfang.kernel.accounts.models import Account
from tests.everything.action_world import World
from tests.everything.arguments_briefings import addresses_of_briefings
from tests.everything.arguments_cases import addresses_of_cases
from tests.everything.arguments_command import addresses_of_command
from tests.everything.arguments_incidents import addresses_of_incidents
from tests.everything.arguments_risks import addresses_of_risks
from tests.everything.arguments_rules import addresses_of_rules
from tests.everything.arguments_site import addresses_of_site
from tests.everything.arguments_stays import addresses_of_stays
from tests.everything.arguments_supplies import addresses_of_supplies
from tests.everything.arguments_surveillance import addresses_of_surveillance
from tests.everything.arguments_training import addresses_of_training
from tests.make import DAY


def addresses(w: World) -> dict[str, str]:
    """Every address that names an object, made concrete for the near school."""
    return {
        **_of_units(w), **_of_forms(w), **_of_verification(w), **addresses_of_site(w), **addresses_of_supplies(w),
        **addresses_of_cases(w),
        **addresses_of_briefings(w),
        **addresses_of_command(w),
        **addresses_of_risks(w),
        **addresses_of_rules(w),
        **addresses_of_surveillance(w),
        **addresses_of_training(w),
        **addresses_of_incidents(w),
        **addresses_of_stays(w),
    }  # fmt: skip


def _of_units(w: World) -> dict[str, str]:
    s, k, p, d = w.school.code, w.klass.code, w.pupil.pk, DAY
    return {
        "board/<str:code>": f"/board/{s}",
        "board/<str:code>/nudge": f"/board/{s}/nudge",
        "wall/<str:code>": f"/wall/{s}",
        "what-if/<str:code>": f"/what-if/{s}",
        "quality/<str:code>": f"/quality/{s}",
        "classes/<str:code>": f"/classes/{k}",
        "classes/<str:code>/check": f"/classes/{k}/check",
        "classes/<str:code>/remind": f"/classes/{k}/remind",
        "classes/<str:code>/reached/<uuid:person>": f"/classes/{k}/reached/{p}",
        "reports/<str:code>/<str:day>/entry": f"/reports/{s}/{d}/entry",
        "reports/<str:code>/<str:day>/zero": f"/reports/{s}/{d}/zero",
        "reports/<str:code>/<str:day>/explain": f"/reports/{s}/{d}/explain",
        "reports/<str:code>/<str:day>/<str:form>": f"/reports/{s}/{d}/daily_counts",
        "reports/<str:code>/<str:day>/<str:form>/send-back": f"/reports/{s}/{d}/daily_counts/send-back",
        "reports/<str:code>/<str:day>/<str:form>/<int:revision>": f"/reports/{s}/{d}/daily_counts/1",
        "receipts/<str:code>": f"/receipts/{s}",
        "missing/<str:code>": f"/missing/{s}",
        "desk/<str:code>": f"/desk/{s}",
        "responsibility/<str:code>": f"/responsibility/{s}",
        "units/<str:code>": f"/units/{s}",
        "people/<uuid:number>": f"/people/{p}",
        "people/<uuid:number>/reveal": f"/people/{p}/reveal",
        "people/<uuid:number>/call": f"/people/{p}/call",
        "import/<uuid:number>": f"/import/{p}",
        "import/<uuid:number>/problems.<str:kind>": f"/import/{p}/problems.csv",
        "upward/<str:code>": f"/upward/{s}",
        "upward/<str:code>/hand-over": f"/upward/{s}/hand-over",
        "upward/<str:code>/copies/<uuid:number>.<str:file>": f"/upward/{s}/copies/{p}.xlsx",
    }


def _of_forms(w: World) -> dict[str, str]:
    s, k, p = w.school.code, w.klass.code, w.pupil.pk
    f, field = w.doubtful.pk, w.doubtful_field
    return {
        "burden/<str:code>": f"/burden/{s}",
        "dictionary/<str:code>": f"/dictionary/{s}",
        "forms/<uuid:number>": f"/forms/{f}",
        "forms/<uuid:number>/revise": f"/forms/{f}/revise",
        "forms/<uuid:number>/fields/<uuid:field>": f"/forms/{f}/fields/{field}",
        "forms/<uuid:number>/<str:name>": f"/forms/{f}/publish",
        "forms/<uuid:number>/extend": f"/forms/{w.asked.pk}/extend",
        "forms/<uuid:number>/cross": f"/forms/{w.asked.pk}/cross",
        "forms/<uuid:number>/fill/<str:code>": f"/forms/{w.asked.pk}/fill/{s}",
        "forms/<uuid:number>/answer/<uuid:person>": f"/forms/{w.asked_people.pk}/answer/{p}",
        "forms/<uuid:number>/people/<str:code>": f"/forms/{w.asked_people.pk}/people/{k}",
    }


def _of_verification(w: World) -> dict[str, str]:
    s, v = w.school.code, f"/verification/{w.exchange.agreement.pk}"
    return {
        "verification/<uuid:number>": v,
        "verification/<uuid:number>/answer": f"{v}/answer",
        "verification/<uuid:number>/undo": f"{v}/undo",
        "verification/<uuid:number>/reopen": f"{v}/reopen",
        "verification/<uuid:number>/compare": f"{v}/compare",
        "verification/<uuid:number>/items/<uuid:item>/reveal": f"{v}/items/{w.exchange.open.pk}/reveal",
        "verification/<uuid:number>/import": f"{v}/import",
        "verification/<uuid:number>/lists/<uuid:received>": f"{v}/lists/{w.exchange.ours.pk}",
        "verification/<uuid:number>/runs/<int:run>": f"{v}/runs/1",
        "verification/<uuid:number>/runs/<int:run>/sign": f"{v}/runs/1/sign",
        "verification/<uuid:number>/runs/<int:run>/units/<str:code>": f"{v}/runs/1/units/{s}",
        "verification/<uuid:number>/differences.<str:kind>": f"{v}/differences.xlsx",
    }


def entered(account: Account) -> Client:
    client = Client()
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client
