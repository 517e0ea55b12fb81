"""Forms are read by all who may be asked, and registered within scope (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import fence, within_units


class Migration(migrations.Migration):
    dependencies = [("burden", "0001_initial"), ("orgs", "0002_fences")]
    operations = [
        fence("burden_registeredform", "true", write=within_units("app.scope")),
        fence(
            "burden_formfield",
            "true",
            write=within_units("app.scope"),
            grants="SELECT, INSERT, UPDATE, DELETE",
        ),
    ]
