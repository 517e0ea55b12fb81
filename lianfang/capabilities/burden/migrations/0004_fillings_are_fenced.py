"""What units fill in is seen within scope, what people fill in by those who see the people; both stay (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import among_persons, fence, within_paths, within_units

# A row is never rewritten; only a correction says that it is not the current one any more.
KEPT = [
    f"REVOKE UPDATE, DELETE ON {table} FROM lianfang_system"
    for table in ("burden_unitfilling", "burden_personfilling")
] + [
    f"GRANT UPDATE (current) ON {table} TO lianfang_system"
    for table in ("burden_unitfilling", "burden_personfilling")
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("burden", "0003_fillings"), ("orgs", "0002_fences")]
    operations = [
        fence("burden_unitfilling", f"{within_paths('app.scope')} OR {within_units('app.scope')}", grants="SELECT"),
        fence("burden_personfilling", f"{within_units('app.person_scope')} OR {among_persons()}", grants="SELECT"),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
    ]
