"""Mail for development: printed, with the links in it."""

from dataclasses import dataclass
from typing import TextIO

from auth_core.outbox.model import Mail, Sent


@dataclass(frozen=True, slots=True)
class UnsafeConsoleMailer:
    """Prints every mail to `stream`, where whoever reads along can follow its links."""

    stream: TextIO

    async def send(self, mail: Mail) -> Sent:
        self.stream.write(f"\n--- mail to {mail.to}: {mail.subject}\n{mail.text.rstrip()}\n---\n")
        self.stream.flush()
        return Sent()
