"""The command `python -m docs.generate.mail_pictures`: every mail in a browser, in both languages, light and dark.

It needs Chromium. The pictures are not compared with anything: they are for people to look at.
"""

import html
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from auth_adapters.mail.wording import Site, TemplateWording

PICTURES: Final = Path(__file__).parents[1] / "guides" / "mails"
_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
_WIDTH, _HEIGHT, _ABREAST = 640, 500, 4
_SCHEMES: Final = {"light": (), "dark": ("--blink-settings=preferredColorScheme=0",)}
_SITE: Final = Site(name="Example", url="https://auth.example.com", pages_url="https://www.example.com/account")


def main() -> int:
    """Take the pictures. Returns the exit code."""
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        sys.stderr.write("No Chromium was found. Install one, for example: apt-get install chromium\n")
        return 1
    PICTURES.mkdir(exist_ok=True)
    wording = TemplateWording(_SITE)
    for locale in wording.locales:
        mails = [mail.html for _, mail in wording.examples() if mail.locale == locale]
        for scheme, options in _SCHEMES.items():
            picture = PICTURES / f"{locale}-{scheme}.png"
            _take(browser, _sheet(mails, scheme), picture, rows=-(-len(mails) // _ABREAST), options=options)
            sys.stdout.write(f"{picture.relative_to(PICTURES.parents[2])}\n")
    return 0


def _sheet(mails: list[str], scheme: str) -> str:
    """Return a page that shows the mails beside each other, each in a window of its own."""
    windows = "".join(f'<iframe srcdoc="{html.escape(mail)}"></iframe>' for mail in mails)
    return (
        f'<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="{scheme}">'
        f"<style>body{{margin:0;display:grid;grid-template-columns:repeat({_ABREAST},{_WIDTH}px)}}"
        f"iframe{{width:{_WIDTH}px;height:{_HEIGHT}px;border:0}}</style>{windows}"
    )


def _take(browser: str, sheet: str, picture: Path, *, rows: int, options: tuple[str, ...]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "sheet.html"
        page.write_text(sheet, encoding="utf-8")
        subprocess.run(
            [
                *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"),
                *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
                *(f"--user-data-dir={folder}/profile", f"--window-size={_ABREAST * _WIDTH},{rows * _HEIGHT}"),
                *("--force-device-scale-factor=0.6", f"--screenshot={picture}", *options, page.as_uri()),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )


if __name__ == "__main__":
    sys.exit(main())
