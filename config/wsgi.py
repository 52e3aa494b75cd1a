"""The WSGI entry point that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from apps.core import rls
from apps.core.garbage import collect_rarely

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")

# Until it is known who asks, a request sees no row of any district.
rls.close_by_default()
application = get_wsgi_application()
# The server forks its processes from here, so that they share what is loaded by now.
collect_rarely()
