"""Stock is seen within scope, its words by everybody; entries are added and never changed (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import fence, within_units

# What a thing is called and when a lot expires is no secret, and travels with it from store to store.
WORDS = "true"


class Migration(migrations.Migration):
    dependencies = [("ledgers", "0001_initial"), ("orgs", "0002_fences")]
    operations = [
        fence("ledgers_item", WORDS, write=within_units("app.scope")),
        fence("ledgers_lot", WORDS, write=within_units("app.scope")),
        fence("ledgers_balance", within_units("app.scope")),
        fence("ledgers_entry", within_units("app.scope"), grants="SELECT, INSERT"),
        migrations.RunSQL(
            "REVOKE UPDATE, DELETE ON ledgers_entry FROM lianfang_system",
            "GRANT UPDATE, DELETE ON ledgers_entry TO lianfang_system",
        ),
    ]
