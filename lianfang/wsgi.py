"""Django for the door (WSGI 入口); pages and the ordinary API are plain synchronous Django."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianfang.settings")
application = get_wsgi_application()
