"""The tree is read by all and changed within scope (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import fence, within_paths, within_units


class Migration(migrations.Migration):
    dependencies = [("orgs", "0001_initial")]
    operations = [
        migrations.RunSQL(
            ["GRANT USAGE ON SEQUENCE orgs_unit_id_seq TO lianfang_app, lianfang_system"],
            ["REVOKE USAGE ON SEQUENCE orgs_unit_id_seq FROM lianfang_app, lianfang_system"],
        ),
        fence("orgs_unit", "true", write=within_paths("app.scope")),
        fence("orgs_placement", "true", write=within_units("app.scope")),
    ]
