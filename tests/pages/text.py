"""What is read on a page, without its markup."""

from __future__ import annotations

import html
import re

from httpx import Response


def text_of(answer: Response) -> str:
    """The words of the main part of a page on one line."""
    main = re.search(r"<main.*?>(.*)</main>", answer.text, re.DOTALL)
    words = re.sub(r"<[^>]*>", " ", main[1] if main else answer.text)
    return re.sub(r"\s+([,.:])", r"\1", " ".join(html.unescape(words).split()))
