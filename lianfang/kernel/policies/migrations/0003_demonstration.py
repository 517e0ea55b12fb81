"""A demonstration is a fact of the database that pages read and only the system writes (演示库)."""

from django.db import migrations, models

from lianfang.kernel.database.rows import open_table


class Migration(migrations.Migration):
    dependencies = [
        ("policies", "0002_fences"),
    ]

    operations = [
        migrations.CreateModel(
            name="Demonstration",
            fields=[
                ("only", models.BooleanField(default=True, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=40)),
                ("accounts", models.JSONField(default=list)),
                ("since", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("only", True)),
                        name="one_demonstration_a_database",
                        violation_error_message="This database holds a demonstration already.",
                    )
                ],
            },
        ),
        open_table("policies_demonstration", "SELECT"),
    ]
