"""The day of a moment where the service is used."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

_HERE = ZoneInfo("Europe/London")


def local_day(at: datetime) -> date:
    """The day of a moment in the United Kingdom: half past midnight in summer is the day before in UTC."""
    return at.astimezone(_HERE).date()
