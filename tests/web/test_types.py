"""The pages' types are the backends' own."""

from __future__ import annotations

import pytest

from cli.openapi import DOCUMENTS, FOLDER, as_text


@pytest.mark.requirement("B-01")
@pytest.mark.parametrize("program", DOCUMENTS)
def test_the_pages_types_come_from_the_backends_documents_as_they_are_now(program: str) -> None:
    kept = (FOLDER / f"{program}.json").read_text(encoding="utf-8")

    assert as_text(DOCUMENTS[program]()) == kept, "run `make types`"
