"""Delivery times, watches and what runs out are seen within scope (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import fence, within_units


class Migration(migrations.Migration):
    dependencies = [("supplies", "0003_shortages"), ("orgs", "0002_fences")]
    operations = [
        fence("supplies_leadtime", within_units("app.scope")),
        fence("supplies_storewatch", within_units("app.scope")),
        fence("supplies_shortage", within_units("app.scope")),
    ]
