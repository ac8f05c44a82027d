"""How a file holds people."""

from enum import StrEnum
from pathlib import Path


class FileFormat(StrEnum):
    """One JSON document a line, or comma-separated values with a head."""

    JSON_LINES = "jsonl"
    CSV = "csv"


def format_of(path: Path, chosen: FileFormat | None) -> FileFormat:
    """Return the format that was chosen, or the one that the name of the file tells."""
    return chosen or (FileFormat.CSV if path.suffix.lower() == ".csv" else FileFormat.JSON_LINES)
