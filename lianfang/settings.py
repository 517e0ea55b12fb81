"""All settings (设置), from the environment, each with its type and meaning; a bad value refuses to start."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
PACKAGE = Path(__file__).resolve().parent


def _text(name: str, default: str) -> str:
    return os.environ.get(name, default)


def _flag(name: str, default: bool) -> bool:
    raw = os.environ.get(name, str(default)).strip().lower()
    if raw not in ("true", "false", "1", "0"):
        raise ImproperlyConfigured(f"{name} must be true or false, not {raw!r}")
    return raw in ("true", "1")


def _database(url: str) -> dict[str, Any]:
    """Django's database settings for `postgresql://user:password@host:port/name?host=/socket/folder`."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql://")
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    host = query.pop("host", "") or unquote(parts.hostname or "")
    return {
        "ENGINE": "lianfang.kernel.database",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": query.pop("port", "") or str(parts.port or ""),
        "OPTIONS": query,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


# What the process may do in the database: "app" (pages, API, worker; row-level security holds) or "owner" (migrations).
LIANFANG_ROLE = _text("LIANFANG_ROLE", "app")
if LIANFANG_ROLE not in ("app", "owner"):
    raise ImproperlyConfigured("LIANFANG_ROLE must be app or owner")

SECRET_KEY = _text("LIANFANG_SECRET_KEY", "")
# Shows error pages with source; for development only.
DEBUG = _flag("LIANFANG_DEBUG", False)
ALLOWED_HOSTS = _text("LIANFANG_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in _text("LIANFANG_ORIGINS", "").split(",") if origin]
# True when pages are served over TLS: cookies then travel over TLS only.
SECURE = _flag("LIANFANG_TLS", False)

DATABASES = {"default": _database(_text("DATABASE_URL", "postgresql:///lianfang"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

KERNEL = [
    "orgs",
    "accounts",
    "people",
    "audit",
    "policies",
    "dues",
    "reporting",
    "alerts",
    "files",
    "places",
    "tasks",
    "readings",
    "statuses",
    "ledgers",
    "evidence",
]
CAPABILITIES = [
    "units",
    "persons",
    "access",
    "checkin",
    "daily_report",
    "responsibility",
    "requirements",
    "screening",
    "rules",
    "burden",
    "upward",
    "verification",
    "stays",
    "cases",
    "training",
    "supplies",
    "catering",
    "worklist",
    "incidents",
    "site",
    "command",
    "census",
    "pairs",
    "recall",
    "objections",
    "risk_areas",
    "briefings",
    "surveillance",
    "quality",
    "assessments",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "axes",
    "csp",
    "django_htmx",
    *(f"lianfang.kernel.{name}" for name in KERNEL),
    *(f"lianfang.capabilities.{name}" for name in CAPABILITIES),
    "lianfang.interfaces.web",
    "lianfang.interfaces.api",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lianfang.interfaces.web.middleware.CompressedPages",
    "lianfang.interfaces.web.middleware.PlainErrors",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "lianfang.interfaces.web.middleware.DrillClock",
    "lianfang.interfaces.web.middleware.Acting",
]
ROOT_URLCONF = "lianfang.urls"
WSGI_APPLICATION = "lianfang.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "lianfang.interfaces.web.shell.shell",
            ],
        },
    }
]

AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["handle", "name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/today"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_USERNAME_FORM_FIELD = "username"  # what authenticate() is given; the default is the model's field, never found
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_VERBOSE = False
SILENCED_SYSTEM_CHECKS = ["axes.W003"]

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = SECURE
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 25 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 5

# The language a visitor gets whose browser asks for neither.
LANGUAGE_CODE = _text("LIANFANG_LANGUAGE", "zh-hans")
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = _text("LIANFANG_ZONE", "Asia/Shanghai")

STATIC_URL = "/static/"
STATIC_ROOT = Path(_text("LIANFANG_STATE", str(BASE_DIR / "var"))) / "static"
# `lianfang up` collects static files under hashed names; without that (tests, development) they are served as they are.
COLLECTED = _flag("LIANFANG_COLLECTED", False)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "lianfang.interfaces.web.storage.Hashed"
        if COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not COLLECTED
WHITENOISE_AUTOREFRESH = DEBUG
# The folder for what this installation keeps: database, keys, logs.
LIANFANG_STATE = Path(_text("LIANFANG_STATE", str(BASE_DIR / "var")))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": _text("LIANFANG_LOG", "WARNING")},
}
