"""What all hashes of one Firebase project have in common."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from auth_adapters.foreign_hashes.phc import bytes_of
from auth_adapters.foreign_hashes.scrypt import FirebaseScrypt
from auth_http.exit_codes import CannotRun, ExitCode


class FirebaseParameters(BaseModel):
    """The "password hash parameters" of the console, under the names they have there. The signer key is a secret."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True, hide_input_in_errors=True)

    base64_signer_key: str
    base64_salt_separator: str
    rounds: int
    mem_cost: int

    def __repr__(self) -> str:
        return "FirebaseParameters(********)"

    __str__ = __repr__

    def hash_of(self, text: str, *, salt: str) -> FirebaseScrypt:
        """Return the hash of one user. Raises: Rejected."""
        return FirebaseScrypt(
            memory=self.mem_cost,
            rounds=self.rounds,
            signer_key=bytes_of(self.base64_signer_key, scheme="Firebase"),
            separator=bytes_of(self.base64_salt_separator, scheme="Firebase"),
            salt=bytes_of(salt, scheme="Firebase"),
            key=bytes_of(text, scheme="Firebase"),
        )


def parameters_in(path: Path) -> FirebaseParameters:
    """Read a file of JSON. Raises: CannotRun."""
    try:
        return FirebaseParameters.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        raise CannotRun(
            f"{path} must be JSON with base64_signer_key, base64_salt_separator, rounds and mem_cost.",
            ExitCode.REJECTED,
        ) from None
