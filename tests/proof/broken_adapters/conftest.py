from tests.unit.contracts.conftest import in_memory

__all__ = ["in_memory"]
