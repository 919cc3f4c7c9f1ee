"""What the next page says after a change, by the code in its address: nothing of anybody stands there."""

from __future__ import annotations

from collections.abc import Mapping

DONE: Mapping[str, str] = {
    "employer-added": "The employer was added.",
    "employer-changed": "The employer was changed.",
    "workplace-added": "The workplace was added.",
}
