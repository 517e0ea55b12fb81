"""What followed from an event is kept by the worker alone (联动处理)."""

from django.db import migrations, models

from lianfang.kernel.database.rows import open_table


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_fences"),
    ]

    operations = [
        migrations.CreateModel(
            name="Handling",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "event_id", "function", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("event_id", models.UUIDField()),
                ("function", models.CharField(max_length=120)),
                ("tries", models.PositiveIntegerField(default=0)),
                ("done_at", models.DateTimeField(null=True)),
                ("retry_at", models.DateTimeField(null=True)),
                ("trouble", models.CharField(blank=True, max_length=200)),
            ],
        ),
        open_table("audit_handling", "SELECT"),
    ]
