"""Derive the frozen word statistics: in how many public texts about work each word occurs.

    python -m derive.word_statistics        # writes matching/data/word_statistics.csv.gz

The texts are those that an index would hold: vacancy titles, and occupations with name, description and tasks.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from derive.labelled_sets import SHARED_DATA, esco_occupations, onet_occupations, vacancy_titles
from embeddings.lexical import WordStatistics

OUTPUT = Path(__file__).resolve().parent.parent / "matching" / "data" / "word_statistics.csv.gz"
#: Words of fewer texts are left out: they weigh nearly the same as a word never seen.
FEWEST_TEXTS = 2


def main() -> None:
    """Write the table and say what it holds."""
    statistics = statistics_of(SHARED_DATA, lambda code: True)
    statistics.save(OUTPUT)
    print(
        f"{OUTPUT.name}: {len(statistics.document_frequency)} words of {statistics.documents} texts, "
        f"{statistics.mean_length:.2f} words a text, {OUTPUT.stat().st_size} bytes, digest {statistics.digest}"
    )


def statistics_of(folder: Path, wanted: Callable[[str], bool]) -> WordStatistics:
    """Count the words of the texts about the occupations whose codes are wanted."""
    texts = [title for title, code in vacancy_titles(folder) if wanted(code)]
    texts += [f"{each.title}\n{each.description}" for each in esco_occupations(folder) if wanted(each.code)]
    texts += [
        "\n".join((each.title, each.description, *each.tasks)) for each in onet_occupations(folder) if wanted(each.code)
    ]
    return WordStatistics.of(texts).without_rare_words(FEWEST_TEXTS)


if __name__ == "__main__":
    main()
