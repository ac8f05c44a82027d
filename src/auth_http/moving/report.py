"""What is reported of a row."""

import json

from auth_core.users.moving import Arrival


def report_of(arrival: Arrival) -> str:
    """Return a line of JSON. It quotes nothing of the row but the address."""
    faults = [{"field": each.field, "code": each.code, "detail": each.detail} for each in arrival.faults]
    document = {"line": arrival.line, "email": arrival.email, "fate": arrival.fate.value, "faults": faults}
    return f"{json.dumps(document, ensure_ascii=False)}\n"
