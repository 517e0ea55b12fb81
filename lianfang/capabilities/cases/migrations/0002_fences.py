"""Cases and their contacts are seen where people's health is; a contact is not shown the case (行级权限).

What the person concerned sees is the status, with its rule, not the row of the list.
"""

from django.db import migrations

from lianfang.kernel.database.rows import fence, within_units

OF_PEOPLE = within_units("app.person_scope")


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial"), ("orgs", "0002_fences")]
    operations = [
        fence("cases_case", OF_PEOPLE),
        fence("cases_classificationstep", OF_PEOPLE, grants="SELECT, INSERT"),
        fence("cases_casetest", OF_PEOPLE, grants="SELECT, INSERT"),
        fence("cases_link", OF_PEOPLE),
        fence("cases_contact", OF_PEOPLE),
        fence("cases_exposure", OF_PEOPLE, grants="SELECT, INSERT"),
        fence("cases_contactvisit", OF_PEOPLE, grants="SELECT, INSERT"),
    ]
