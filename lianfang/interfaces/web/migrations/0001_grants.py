"""What signing in and sessions need (登录所需权限)."""

from django.db import migrations

_TABLES = (
    "django_session, django_content_type, auth_permission, auth_group, axes_accessattempt, axes_accesslog,"
    " axes_accessfailurelog, axes_accessattemptexpiration"
)


class Migration(migrations.Migration):
    dependencies = [
        ("sessions", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("axes", "__latest__"),
        ("accounts", "0002_fences"),
    ]
    operations = [
        migrations.RunSQL(
            [
                f"GRANT SELECT, INSERT, UPDATE, DELETE ON {_TABLES} TO lianfang_app, lianfang_system",
                "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO lianfang_app, lianfang_system",
                "GRANT SELECT ON django_migrations TO lianfang_app",
            ],
            [f"REVOKE ALL ON {_TABLES} FROM lianfang_app, lianfang_system"],
        ),
    ]
