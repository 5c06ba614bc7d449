"""What tests of the directories start from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.directories import DirectoryPlace
from tests.simulators.ad_lab import Lab


@pytest.fixture(params=["simulator", "samba"])
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """Each directory in turn."""
    if request.param == "simulator":
        built = Lab("simulator", request.getfixturevalue("simulated").place)
    else:
        built = Lab("samba", request.getfixturevalue("samba_place"))
    yield built
    built.close()


@pytest.fixture
def simulator_lab(simulated: object, directory: DirectoryPlace) -> Iterator[Lab]:
    """The simulator alone, for what is its own."""
    built = Lab("simulator", directory)
    yield built
    built.close()
