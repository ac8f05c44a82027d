"""A role as somebody wants it to be: read, found acceptable, and nothing more."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from auth_core.access.errors import InvalidDescription
from auth_core.access.model import Permission, Role, RoleName, permission, role_name
from auth_core.errors import Fault, Rejected
from auth_core.text import is_printable

LONGEST_DESCRIPTION: Final = 200


class Expected(Enum):
    """Whether there is to be a role of this name already."""

    ABSENT = auto()
    PRESENT = auto()
    EITHER = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleDraft:
    """What a role is to be called, to allow, and to inherit from."""

    name: RoleName
    description: str
    permissions: frozenset[Permission]
    parents: frozenset[RoleName]

    @property
    def role(self) -> Role:
        """The role, as long as nobody knows what it inherits."""
        return Role(name=self.name, description=self.description, permissions=self.permissions, parents=self.parents)


def read_draft(*, name: str, description: str, permissions: Collection[str], parents: Collection[str]) -> RoleDraft:
    """Read the definition of a role. Raises: InvalidRoleName; Rejected with every other fault at once."""
    faults: list[Fault] = []
    read_name = role_name(name)
    if len(description) > LONGEST_DESCRIPTION or not is_printable(description):
        faults.extend(InvalidDescription().faults)
    read_permissions = _read_all(permissions, permission, field="permissions", faults=faults)
    read_parents = _read_all(parents, role_name, field="parents", faults=faults)
    if faults:
        raise Rejected(*faults)
    return RoleDraft(
        name=read_name, description=description.strip(), permissions=read_permissions, parents=read_parents
    )


def _read_all[Value](
    texts: Collection[str], read: Callable[[str], Value], *, field: str, faults: list[Fault]
) -> frozenset[Value]:
    values: set[Value] = set()
    for number, text in enumerate(texts):
        try:
            values.add(read(text))
        except Rejected as error:
            faults.extend(Fault(f"{field}/{number}", fault.code, fault.detail) for fault in error.faults)
    return frozenset(values)
