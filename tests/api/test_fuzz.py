"""Every route, as everybody, with parameters and bodies that a machine makes up from the OpenAPI description.

Whatever is sent: no 5xx, no answer that is not described, and each answer in the described shape and content type.
`make nightly` asks ten thousand times as each role.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.fuzzing import Fuzzed, fuzz, fuzzed_service
from tests.databases import Databases
from tests.soak.server import times

#: Two thousand in all; those who may do most are asked about most.
CASES_IN_FULL = {"ana": 375, "eve": 375, "lee": 375, "adam": 375, "machine": 170, "val": 110, "aud": 110, "nobody": 110}
#: Of these at least a tenth of the cases must succeed, or the test would see refusals alone.
WHO_MAY_DO_MUCH = ("ana", "eve", "lee", "adam")


@pytest.fixture(scope="module")
def fuzzed(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzed]:
    with fuzzed_service(databases, tmp_path_factory.mktemp("fuzzed")) as made:
        yield made


@pytest.mark.parametrize("role", CASES_IN_FULL)
def test_no_answer_is_an_error_of_ours_or_undescribed(fuzzed: Fuzzed, role: str) -> None:
    cases = times(CASES_IN_FULL[role])
    outcome = fuzz(fuzzed, role, cases=cases)
    assert not outcome.failures, "\n\n".join(each.story for each in outcome.failures)
    assert outcome.cases == cases
    if role in WHO_MAY_DO_MUCH:
        assert outcome.succeeded >= cases // 10, outcome.statuses
