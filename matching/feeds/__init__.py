"""Feeds: files of vacancies and profiles, read row by row into the interchange format. See docs/feeds.md."""

from matching.feeds.draft import Draft, Kind, Progress, Reading, Warned
from matching.feeds.reading import Readings, read_profiles, read_vacancies
from matching.feeds.sources import read_drafts
from matching.feeds.templates import template

__all__ = [
    "Draft",
    "Kind",
    "Progress",
    "Reading",
    "Readings",
    "Warned",
    "read_drafts",
    "read_profiles",
    "read_vacancies",
    "template",
]
