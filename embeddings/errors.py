"""What this package refuses, in sentences that can be shown to whoever runs the service."""

from __future__ import annotations


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
