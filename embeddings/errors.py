"""What this package refuses, in sentences that can be shown to whoever runs the service."""

from __future__ import annotations

from collections.abc import Sequence


class EmbeddingsError(Exception):
    """Base of every error that this package raises on purpose."""


class EncoderRefused(EmbeddingsError):
    """The model cannot be used: it is missing, or its weights are not the ones that were named."""


class IndexRefused(EmbeddingsError):
    """A stored index cannot be used: made by another encoder, cut off or changed. Build it again."""


class LinearMapRefused(EmbeddingsError):
    """The stored linear map cannot be used: missing, changed, or trained for another encoder."""


class WordStatisticsRefused(EmbeddingsError):
    """The table of word statistics is missing or cannot be read."""


class NotYetEncoded(EmbeddingsError):
    """Texts whose vectors must be learnt before anything can be said of them; `texts` names each once."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = tuple(texts)
        # The texts are people's own words, so that no message may hold them.
        super().__init__(f"{len(self.texts)} {'text has' if len(self.texts) == 1 else 'texts have'} no vector yet.")
