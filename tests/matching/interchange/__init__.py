"""Tests of the interchange format: readers, schemas and writers."""
