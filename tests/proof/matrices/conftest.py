from tests.unit.http.conftest import lines

__all__ = ["lines"]
