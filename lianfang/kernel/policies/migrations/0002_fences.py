"""Rules are read by all and adopted within scope (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import fence, open_table, within_units


class Migration(migrations.Migration):
    dependencies = [("policies", "0001_initial"), ("orgs", "0002_fences")]
    operations = [
        fence("policies_rulepack", "true", write=within_units("app.scope")),
        open_table("policies_drill", "SELECT"),
    ]
