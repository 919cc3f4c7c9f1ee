"""The matching rules as tables of worked examples: they test the oracle and the engine, and become the manual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from tests.specs import (
    adjustments,
    availability,
    employer,
    exclusions,
    hours,
    pay,
    physical,
    refused_work,
    requirements,
    sensory,
    shift,
    travel,
)
from tests.specs.row import Row

_MODULES = (
    hours,
    availability,
    shift,
    adjustments,
    sensory,
    travel,
    pay,
    physical,
    requirements,
    exclusions,
    employer,
    refused_work,
)

# Aspect -> its worked examples, in the order of the table of aspects.
TABLES: Mapping[str, Sequence[Row]] = MappingProxyType({module.ASPECT: tuple(module.TABLE) for module in _MODULES})
