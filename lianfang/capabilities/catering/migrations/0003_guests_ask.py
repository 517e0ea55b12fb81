"""A guest who asks is not named to whoever serves the room (留观人员自己提出的需求不留姓名)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catering", "0002_fences")]

    operations = [
        migrations.AlterField(
            model_name="request",
            name="opened_by",
            field=models.CharField(blank=True, max_length=60, verbose_name="asked by"),
        ),
    ]
