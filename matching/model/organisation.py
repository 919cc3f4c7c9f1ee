"""What an organisation may set for itself, with the defaults that hold until it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from matching.errors import Invalid, Problem, Where


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationSettings:
    """How long things hold and are kept, and whether forgetting is daily; every number is of whole days."""

    #: An unadvertised role that nobody confirms for so long is paused.
    confirm_vacancies_days: int = 30
    #: A consent without an end of its own is asked for again after so long.
    consent_days: int = 365
    #: A participant who left is erased after so long.
    keep_participants_days: int = 730
    #: Profile versions other than the latest and those that a shortlist was drawn from.
    keep_profile_versions_days: int = 365
    #: What a second saver had written, if nobody took it in.
    keep_drafts_days: int = 30
    #: Shortlists of participants who are still supported.
    keep_shortlists_days: int = 730
    #: The content of files that were imported; what it said is in the records by then.
    keep_imported_files_days: int = 30
    #: Jobs that are done, sessions that have ended, answers kept for retried requests.
    keep_traces_days: int = 30
    #: Whether what is past its time is forgotten every day, and not only when somebody says so.
    forget_daily: bool = False
    #: Whether the night run proposes, for every team, who might be put forward for what.
    propose_nightly: bool = False

    def __post_init__(self) -> None:
        problems = [
            Problem(Where(field=name), f"should be from {least} to {most} days")
            for name, (least, most) in LIMITS.items()
            if not least <= getattr(self, name) <= most
        ]
        if problems:
            raise Invalid(problems)

    def to_json(self) -> dict[str, int | bool]:
        """The same as it is stored."""
        return asdict(self)


#: The least and the most that each number of days may be set to.
LIMITS: Mapping[str, tuple[int, int]] = {
    "confirm_vacancies_days": (1, 365),
    "consent_days": (1, 3650),
    "keep_participants_days": (30, 3650),
    "keep_profile_versions_days": (30, 3650),
    "keep_drafts_days": (1, 365),
    "keep_shortlists_days": (30, 3650),
    "keep_imported_files_days": (0, 365),
    "keep_traces_days": (1, 365),
}


def settings_from_json(stored: Mapping[str, Any]) -> OrganisationSettings:
    """Read what is stored: what was never set, or is no setting any more, is as by default."""
    known = {each.name for each in fields(OrganisationSettings)}
    return OrganisationSettings(**{name: value for name, value in stored.items() if name in known})
