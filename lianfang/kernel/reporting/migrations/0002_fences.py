"""Figures within scope, answers where the role sees people, a signed report that nobody can change (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import among_persons, fence, open_table, within_paths, within_units

# Seen over the place where a row arose, and by those who hold its unit now.
FIGURES = f"{within_paths('app.scope')} OR {within_units('app.scope')}"


class Migration(migrations.Migration):
    dependencies = [("reporting", "0001_initial"), ("orgs", "0002_fences"), ("people", "0002_fences")]
    operations = [
        fence("reporting_answer", f"{within_units('app.person_scope')} OR {among_persons()}"),
        fence("reporting_answerrevision", f"{within_units('app.person_scope')} OR {among_persons()}"),
        fence("reporting_rollcall", FIGURES),
        fence("reporting_tally", FIGURES),
        fence("reporting_draft", within_units("app.scope"), grants="SELECT, INSERT, UPDATE, DELETE"),
        fence("reporting_receipt", within_units("app.scope"), grants="SELECT"),
        open_table("reporting_form", "SELECT"),
        fence("reporting_unitreport", FIGURES, grants="SELECT"),
        migrations.RunSQL(
            [
                "REVOKE UPDATE, DELETE ON reporting_unitreport FROM lianfang_system",
                "GRANT UPDATE (current, returned_at, returned_by, return_reason) ON reporting_unitreport"
                " TO lianfang_system",
            ],
            ["GRANT UPDATE, DELETE ON reporting_unitreport TO lianfang_system"],
        ),
    ]
