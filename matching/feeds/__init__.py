"""Feeds: files of vacancies and profiles, read row by row into the interchange format. See docs/feeds.md."""

from matching.feeds.draft import Draft, Form, Kind, Progress, Reading, Warned
from matching.feeds.error_file import error_file
from matching.feeds.flat import Flat, export_vacancies, lay_flat
from matching.feeds.reading import Readings, read_profiles, read_vacancies
from matching.feeds.sources import read_drafts
from matching.feeds.templates import template
from matching.feeds.uploads import drafts_of_upload, read_upload, safe_name

__all__ = [
    "Draft",
    "Flat",
    "Form",
    "Kind",
    "Progress",
    "Reading",
    "Readings",
    "Warned",
    "drafts_of_upload",
    "error_file",
    "export_vacancies",
    "lay_flat",
    "read_drafts",
    "read_profiles",
    "read_upload",
    "read_vacancies",
    "safe_name",
    "template",
]
