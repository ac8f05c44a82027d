"""Statements of SQLAlchemy as the driver takes them: the text once, and the values of a call in their order."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, cast

from sqlalchemy import ClauseElement, ColumnElement, Executable, TextClause
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

DIALECT: Final = dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy has no type for it
_MOST: Final = 256
_MISSING: Final = object()


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the driver is asked."""

    text: str
    returns_rows: bool
    parameters: tuple[tuple[str, object, Callable[[Any], object] | None], ...]
    """Each in its order: its name, its value if the statement has one of its own, and what makes that the driver's."""

    def arguments(self, values: Mapping[str, object]) -> list[object]:
        """Put the values of one call in their order. Raises: KeyError when one is missing."""
        given = [(values[name] if fixed is _MISSING else fixed, made) for name, fixed, made in self.parameters]
        return [value if made is None else made(value) for value, made in given]


@lru_cache(maxsize=_MOST)
def prepared(statement: Executable) -> Prepared:
    """Compile a statement, once for as long as the process lives.

    Raises: TypeError for one whose text depends on its values (`IN` a list: compare with `any_` of an array instead),
    or whose rows hold what only SQLAlchemy can read.
    """
    clause = cast("ClauseElement", statement)  # whatever is executed is one
    compiled = cast("SQLCompiler", clause.compile(dialect=DIALECT))
    binds = [compiled.binds[name] for name in compiled.positiontup or ()]
    if any(bind.expanding for bind in binds):
        raise TypeError("a statement by itself takes no lists, only arrays")
    is_text = isinstance(clause, TextClause)
    columns: Iterable[ColumnElement[Any]] = () if is_text else tuple(getattr(clause, "exported_columns", ()))
    if not all(_is_read_by_driver(each.type) for each in columns):
        raise TypeError("a statement by itself returns only what the driver reads")
    return Prepared(
        text=compiled.string,
        returns_rows=bool(columns) or is_text,
        parameters=tuple(
            (
                bind.key,
                _MISSING if bind.required else bind.effective_value,
                bind.type.dialect_impl(DIALECT).bind_processor(DIALECT),
            )
            for bind in binds
        ),
    )


def _is_read_by_driver(kind: TypeEngine[Any]) -> bool:
    of_each: TypeEngine[Any] = getattr(kind, "item_type", kind)  # of an array, what it holds
    return of_each.dialect_impl(DIALECT).result_processor(DIALECT, None) is None
