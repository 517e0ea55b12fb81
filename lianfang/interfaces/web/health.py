"""Whether all is well (健康检查): the database answers and the worker has been heard of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse

from lianfang import __version__
from lianfang.interfaces.server.gateway import LOAD
from lianfang.kernel.alerts.models import Heartbeat
from lianfang.kernel.scope import EVERYTHING, within

SILENT_AFTER = timedelta(seconds=60)


def healthz(request: HttpRequest) -> JsonResponse:
    """200 `{"status": "ok"}` when database and worker are well, else 503 naming what is not.

    `load` is that of the web process that answers: see `interfaces.server.door.Door.load`.
    """
    try:
        with within(EVERYTHING):
            beat = Heartbeat.objects.filter(process="worker").first()
    except DatabaseError:
        return JsonResponse({"status": "fail", "database": "away"}, status=503)
    well = beat is not None and datetime.now(UTC) - beat.at < SILENT_AFTER
    body = {
        "status": "ok" if well else "fail",
        "database": "ok",
        "worker": "ok" if well else "silent",
        "version": __version__,
    }
    if LOAD in request.META:
        body["load"] = request.META[LOAD]()
    return JsonResponse(body, status=200 if well else 503)
