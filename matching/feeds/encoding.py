"""Bytes to text: UTF-8 and nothing else, with the place of the first byte that is not."""

from __future__ import annotations

import codecs

from matching.errors import Invalid, Problem, Where

_NEWLINE = b"\n"
_OTHER_MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


def decode_utf8(raw: bytes, where: Where) -> str:
    """Return the text, without a byte order mark; raises `Invalid` for any other encoding."""
    refuse_wide_text(raw, where)
    try:
        return raw.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        skipped = len(raw) - len(raw.removeprefix(codecs.BOM_UTF8))
        raise Invalid([not_utf8(raw, error.start + skipped, where)]) from None


def not_utf8(raw: bytes, at: int, where: Where, *, starts_at: int = 0) -> Problem:
    """Name the byte that is not UTF-8; `starts_at` is the offset of `raw` in its file."""
    line = "" if where.row else f" (line {raw.count(_NEWLINE, 0, at) + 1})"
    return Problem(
        where,
        f"is not UTF-8: byte 0x{raw[at]:02X} at offset {starts_at + at}{line}; "
        "save the file as UTF-8 (it may be Windows-1252 or Latin-1)",
    )


def refuse_wide_text(head: bytes, where: Where) -> None:
    """Raise `Invalid` if the first bytes are those of UTF-16 or UTF-32."""
    for mark, name in _OTHER_MARKS.items():
        if head.startswith(mark):
            raise Invalid([Problem(where, f"is {name}; save the file as UTF-8")])
    # Without a mark: plain letters in UTF-16 have a zero as every second byte.
    start = head[:64]
    if len(start) >= 4 and (not any(start[0::2]) or not any(start[1::2])):
        name = "is nothing but zero bytes" if not any(start) else "looks like UTF-16"
        raise Invalid([Problem(where, f"{name}; save the file as UTF-8")])
