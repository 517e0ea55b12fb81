"""Signing in happens before any scope; roles and tokens are seen by those over their unit (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import fence, open_table, within_units


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("orgs", "0002_fences")]
    operations = [
        open_table("accounts_account", "SELECT, INSERT, UPDATE"),
        open_table("accounts_invitation"),
        fence("accounts_grant", within_units("app.scope")),
        fence("accounts_token", within_units("app.scope")),
    ]
