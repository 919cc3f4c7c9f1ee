"""The interchange format, both ways: strict readers, JSON Schemas, and writers of shortlists."""

from matching.interchange.reading import read_profile, read_vacancy
from matching.interchange.schemas import schema
from matching.interchange.writing import explanation_json, shortlist_json

__all__ = ["explanation_json", "read_profile", "read_vacancy", "schema", "shortlist_json"]
