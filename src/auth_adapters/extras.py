"""What the base install lacks, and which extra brings it."""

from contextlib import AbstractContextManager
from importlib.util import find_spec
from types import TracebackType

_OURS = ("auth_core", "auth_adapters", "auth_http")


class MissingExtra(ImportError):
    """A package is not installed; the message says which extra to install."""

    def __init__(self, extra: str, module: str) -> None:
        super().__init__(
            f"`{module}` is not installed. This part needs the extra `{extra}`: pip install 'auth-service[{extra}]'",
            name=module,
        )
        self.extra = extra


def needs(extra: str, *modules: str) -> AbstractContextManager[None]:
    """Turn a missing package into the name of the extra that brings it.

    In a module, around the imports that need it: `with needs("verify"): import jwt`. In the `__init__.py` of a
    package whose modules all need it, as a statement that looks without importing: `needs("postgres", "sqlalchemy")`.

    Raises: MissingExtra.
    """
    for module in modules:
        if find_spec(module) is None:
            raise MissingExtra(extra, module)
    return _Imports(extra)


class _Imports:
    def __init__(self, extra: str) -> None:
        self._extra = extra

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, ModuleNotFoundError) and not isinstance(error, MissingExtra):
            module = error.name or "a package"
            if module.partition(".")[0] not in _OURS:
                raise MissingExtra(self._extra, module) from error
