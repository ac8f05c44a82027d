"""What is answered when something goes wrong."""

from typing import Any, Final

PROBLEM: Final[dict[str, Any]] = {
    "title": "Problem",
    "description": "What went wrong (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "The kind of problem."},
        "title": {"type": "string", "description": "The kind of problem, for people."},
        "status": {"type": "integer", "description": "The HTTP status."},
        "detail": {"type": "string", "description": "What it means, for people."},
        "instance": {"type": "string", "format": "uri", "description": "The request it happened to."},
        "code": {"type": "string", "description": "The kind of problem, for programs. Stable."},
        "errors": {
            "type": "array",
            "description": "Every place that is wrong.",
            "items": {
                "type": "object",
                "required": ["code", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "Where in the document (RFC 6901 §6)."},
                    "parameter": {"type": "string", "description": "Which parameter of the address."},
                    "code": {"type": "string", "description": "Stable."},
                    "detail": {"type": "string", "description": "For people."},
                },
            },
        },
        "checks": {
            "type": "object",
            "description": "What is not ready, and why.",
            "additionalProperties": {"type": "string"},
        },
    },
}
