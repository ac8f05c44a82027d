"""What the paths of these routes name."""

from typing import Annotated, Final

from fastapi import Path

from auth_http.request_problems import rejected_for

_UUID: Final = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"

UserInPath = Annotated[
    str,
    Path(
        description="The `id` of the user.",
        pattern=_UUID,
        json_schema_extra={"format": "uuid"},
        examples=["0199a1f3-5c00-7a3e-9b1c-2f6d1e0c4a55"],
    ),
]

NO_USER_ID: Final = rejected_for(
    {"parameter": "user_id", "code": "invalid_value", "detail": "This value is not acceptable."}
)
