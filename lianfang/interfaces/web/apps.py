"""Pages (网页). When all apps are ready, every capability's actions, registers and reactions are known."""

from __future__ import annotations

from importlib import import_module, util

from django.apps import AppConfig
from django.conf import settings


class Web(AppConfig):
    name = "lianfang.interfaces.web"
    label = "web"

    def ready(self) -> None:
        """Load what capabilities declare: it registers itself on import."""
        for app in [f"lianfang.capabilities.{name}" for name in settings.CAPABILITIES] + ["lianfang.kernel.files"]:
            for part in ("actions", "bulk_keep", "chase", "rosters", "tokens", "register", "briefing", "outcomes"):
                if util.find_spec(f"{app}.{part}"):
                    import_module(f"{app}.{part}")
        import_module("lianfang.reactions")
