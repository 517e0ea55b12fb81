"""Norms and orders are seen within scope, a transfer by both stores (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import fence, within_units

BETWEEN = f"{within_units('app.scope')} OR {within_units('app.scope', 'sender_id')}"


class Migration(migrations.Migration):
    dependencies = [("supplies", "0001_initial"), ("orgs", "0002_fences")]
    operations = [
        fence("supplies_norm", within_units("app.scope")),
        fence("supplies_order", within_units("app.scope")),
        fence("supplies_transfer", BETWEEN),
    ]
