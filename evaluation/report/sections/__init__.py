"""The sections of the report, one module each; `evaluation.report.contents` puts them in order."""
