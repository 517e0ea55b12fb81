"""Requirements of a unit are seen within scope (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import fence, within_units


class Migration(migrations.Migration):
    dependencies = [("requirements", "0001_initial"), ("orgs", "0002_fences")]
    operations = [fence("requirements_requirement", within_units("app.scope"))]
