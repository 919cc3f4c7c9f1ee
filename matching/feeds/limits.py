"""How large the parts of a feed may be; beyond that a row or file is refused before it is parsed."""

MEGABYTE = 1024 * 1024

# The longest vacancies seen are some 30 kB; ten megabytes is no vacancy, and must not reach a parser.
LONGEST_ROW_BYTES = 10 * MEGABYTE
LARGEST_PAGE_BYTES = 10 * MEGABYTE

# A JSON file is read as a whole; what is larger belongs into JSON Lines, which is read line by line.
LARGEST_JSON_BYTES = 256 * MEGABYTE


def megabytes(size_bytes: int) -> str:
    """Write a size as people say it.

    >>> megabytes(10 * MEGABYTE)
    '10 MB'
    """
    return f"{size_bytes // MEGABYTE:,} MB"
