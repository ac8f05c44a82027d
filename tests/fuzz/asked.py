"""A request as it is sent, with what must not come back of it."""

from dataclasses import dataclass, field

type Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request: `path` is decoded, as servers hand it on; `query` is not. `secrets` are in it and nowhere else."""

    method: str
    path: str
    query: bytes = b""
    headers: tuple[Header, ...] = ()
    body: bytes = b""
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def __str__(self) -> str:
        query = f"?{self.query.decode('latin-1')}" if self.query else ""
        headers = "".join(f"\n  {name.decode('latin-1')}: {value[:120]!r}" for name, value in self.headers)
        return (
            f"{self.method} {self.path[:200]!r}{query[:200]}{headers}\n  {self.body[:400]!r} ({len(self.body)} bytes)"
        )
