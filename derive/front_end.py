"""Copy the third-party files that pages show from `front/node_modules` to `api/static/vendor`, without their fonts."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
FROM = ROOT / "front/node_modules/govuk-frontend/dist/govuk"
TO = ROOT / "api/static/vendor"

_FONT_FACE = re.compile(r"@font-face\{[^}]*\}")
_SOURCE_MAP = re.compile(r"(/\*# sourceMappingURL=.*?\*/|//# sourceMappingURL=.*)\s*$")


def without_fonts(css: str) -> str:
    """The style sheet with no web font: off GOV.UK its typeface may not be used, and a page would ask for the files.

    The crest in a footer that we do not have goes too.
    """
    css = _FONT_FACE.sub("", css).replace("GDS Transport,arial", "Arial,Helvetica")
    return re.sub(r"url\(/assets/images/govuk-crest\.svg\)", "none", css)


def main() -> None:
    """Copy both files; what is not as expected ends with an error rather than with a page that asks elsewhere."""
    css = without_fonts((FROM / "govuk-frontend.min.css").read_text(encoding="utf-8"))
    for unwanted in ("@font-face", "GDS Transport", "url("):
        if unwanted in css:
            raise SystemExit(f"govuk-frontend.min.css still has {unwanted!r}: look at derive/front_end.py")
    TO.mkdir(parents=True, exist_ok=True)
    (TO / "govuk-frontend.min.css").write_text(_SOURCE_MAP.sub("", css), encoding="utf-8")
    js = (FROM / "govuk-frontend.min.js").read_text(encoding="utf-8")
    (TO / "govuk-frontend.min.js").write_text(_SOURCE_MAP.sub("", js), encoding="utf-8")


if __name__ == "__main__":
    main()
