"""Templates made into the parts of a mail: each is read twice, as text and as HTML."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from traceback import extract_tb
from typing import Any, Final

from auth_adapters.extras import needs

with needs("mail"):
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateNotFound, TemplateSyntaxError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

_GAP: Final = re.compile(r"\n{3,}")
_OF_TEXT: Final = {"layout": "layout.txt", "parts": "parts.txt"}
_OF_HTML: Final = {"layout": "layout.html", "parts": "parts.html"}


class TemplateEngine:
    """Fills the templates of some folders, of which the first that has one counts, in a sandbox."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._texts = _environment(folders, autoescape=False)
        self._htmls = _environment(folders, autoescape=True)

    def subject(self, name: str, said: Mapping[str, Any]) -> str:
        """Return the block `subject` in one line. Raises: ValueError when there is none, and what Jinja raises."""
        template = self._texts.get_template(name)
        block = template.blocks.get("subject")
        if block is None:
            raise ValueError("it has no block `subject`")
        return " ".join("".join(block(template.new_context({**said, **_OF_TEXT}))).split())

    def text(self, name: str, said: Mapping[str, Any]) -> str:
        """Return the plain text. Raises what Jinja raises."""
        return _GAP.sub("\n\n", self._texts.get_template(name).render(said, **_OF_TEXT)).lstrip()

    def html(self, name: str, said: Mapping[str, Any]) -> str:
        """Return the HTML. Raises what Jinja raises."""
        return self._htmls.get_template(name).render(said, **_OF_HTML)

    def told(self, error: Exception, name: str) -> str:
        """Say where in the template `name`, or one it is made of, something is wrong, and what."""
        match error:
            case TemplateNotFound():
                return f"{error.name}: there is no such template."
            case TemplateSyntaxError():
                return f"{error.name}, line {error.lineno}: {error.message}"
            case _:
                # The engine lets a traceback run through the lines of templates.
                frames = extract_tb(error.__traceback__)
                lines = [each for each in frames if each.filename.endswith((".jinja", ".html", ".txt"))]
                where = f"{_short(lines[-1].filename)}, line {lines[-1].lineno}" if lines else name
                return f"{where}: {error}" if where.startswith(name) else f"{name}, in {where}: {error}"


def _environment(folders: Sequence[Path], *, autoescape: bool) -> Environment:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folders),
        autoescape=autoescape,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["moment"] = _moment
    return environment


def _moment(at: datetime) -> str:
    """Write a moment as everybody reads it in the same way."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _short(filename: str) -> str:
    """Return the name of a template as its folder has it: `layout.html`, `en/new_device.jinja`."""
    path = Path(filename)
    return f"{path.parent.name}/{path.name}" if path.suffix == ".jinja" else path.name
