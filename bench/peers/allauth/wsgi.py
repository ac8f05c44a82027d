"""What gunicorn runs."""

import cryptography.hazmat.primitives.serialization  # allauth uses it and does not import it
from django.core.wsgi import get_wsgi_application

__all__ = ["application", "cryptography"]

application = get_wsgi_application()
