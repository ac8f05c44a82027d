"""Makes the list anew from the package it comes from, byte for byte the same.

npm pack @zxcvbn-ts/language-common@4.1.3
python -m auth_adapters.common_passwords.build zxcvbn-ts-language-common-4.1.3.tgz
"""

import hashlib
import json
import sys
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from auth_adapters.common_passwords.built_in import FILE_NAME
from auth_adapters.common_passwords.digest import digest
from auth_core.credentials.passwords.checker import folded_for_comparison
from auth_core.credentials.passwords.guesses import SHORTEST_WORD

ARCHIVE: Final = "bf3027c16c069d7877e25dc8751bc819e10e479afcc5ee1a323eb2ab73129ca9"
"""The SHA-256 of the one archive this list is made from."""

_MEMBER: Final = "package/src/passwords.json"


def list_of(passwords: Iterable[str]) -> bytes:
    """Return the list that knows `passwords`; those that are too short to say anything are left out."""
    words = {folded_for_comparison(password) for password in passwords}
    return b"".join(sorted({digest(word) for word in words if len(word) >= SHORTEST_WORD}))


def passwords_in(archive: Path) -> list[str]:
    """Read the passwords in the archive. Raises: ValueError when it is another one."""
    if hashlib.sha256(archive.read_bytes()).hexdigest() != ARCHIVE:
        raise ValueError(f"{archive} is not the archive this list is made from")
    with tarfile.open(archive) as packed:
        member = packed.extractfile(_MEMBER)
        if member is None:
            raise ValueError(f"{_MEMBER} is no file")
        found: list[str] = json.load(member)
        return found


def main() -> None:
    """Write the list beside this module."""
    made = list_of(passwords_in(Path(sys.argv[1])))
    Path(__file__).with_name(FILE_NAME).write_bytes(made)
    sys.stdout.write(f"{len(made)} bytes, SHA-256 {hashlib.sha256(made).hexdigest()}\n")


if __name__ == "__main__":
    main()
