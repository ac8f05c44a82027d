"""What the addresses of these routes name."""

from typing import Annotated, Final

from fastapi import Path

from auth_http.problems import Problem
from auth_http.request_problems import rejected_for

UUID_PATTERN: Final = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"

UserInPath = Annotated[
    str,
    Path(
        description="The `id` of the user.",
        pattern=UUID_PATTERN,
        json_schema_extra={"format": "uuid"},
        examples=["0199a1f3-5c00-7a3e-9b1c-2f6d1e0c4a55"],
    ),
]
RoleInPath = Annotated[
    str,
    Path(description="The name of the role.", pattern=r"^[a-z][a-z0-9_-]{0,62}$", examples=["accountant"]),
]
PermissionInPath = Annotated[
    str,
    Path(description="`area:action`, `area:*` or `*`.", max_length=127, examples=["invoices:approve"]),
]


def no_such(parameter: str) -> Problem:
    """Return what is told of a part of an address that cannot name anything."""
    return rejected_for({"parameter": parameter, "code": "invalid_value", "detail": "This value is not acceptable."})
