"""Protects the routes of any service with our tokens: `fastapi` by dependencies, `asgi` whatever speaks ASGI.

Functions without a framework have their guards in `auth_core.guard`.
"""

from auth_adapters.extras import needs

needs("fastapi", "starlette")
