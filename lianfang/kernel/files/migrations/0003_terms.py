"""Under what a file was sent; and lists of cases are within reach of those who exchange them, too (行级权限)."""

from django.db import migrations, models

from lianfang.kernel.database.rows import within_units

FIGURES = within_units("app.scope")
EXCHANGED = f"({FIGURES} OR (what = 'list' AND {within_units('app.exchange_scope')}))"


def _policy(condition: str) -> str:
    return f"ALTER POLICY scoped ON files_import USING ({condition}) WITH CHECK ({condition})"


class Migration(migrations.Migration):
    dependencies = [("files", "0002_fences")]
    operations = [
        migrations.AddField("import", "terms", models.CharField(blank=True, default="", max_length=120), False),
        migrations.RunSQL(_policy(EXCHANGED), _policy(FIGURES)),
    ]
