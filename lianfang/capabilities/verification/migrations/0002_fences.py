"""Exchanged cases are seen by those of both sides who hold the exchange; counts by superiors too (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import fence, within_units

OF_EXCHANGE = f"({within_units('app.exchange_scope')} OR {within_units('app.exchange_scope', 'theirs_id')})"
OF_COUNTS = f"({within_units('app.scope')} OR {OF_EXCHANGE})"


class Migration(migrations.Migration):
    dependencies = [("verification", "0001_initial"), ("orgs", "0002_fences")]
    operations = [
        migrations.RunSQL(
            ["GRANT USAGE ON SEQUENCE verification_link_id_seq TO lianfang_app, lianfang_system"],
            ["REVOKE USAGE ON SEQUENCE verification_link_id_seq FROM lianfang_app, lianfang_system"],
        ),
        fence("verification_agreement", OF_COUNTS),
        fence("verification_receivedlist", OF_COUNTS),
        fence("verification_run", OF_COUNTS),
        fence("verification_entry", OF_EXCHANGE, grants="SELECT, INSERT"),
        fence("verification_item", OF_EXCHANGE),
        fence("verification_step", OF_EXCHANGE),
        fence("verification_link", "run_id IN (SELECT id FROM verification_run)", grants="SELECT, INSERT"),
    ]
