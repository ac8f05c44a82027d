from tests.unit.http.conftest import lines, service

__all__ = ["lines", "service"]
