"""What the documents point to exists."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.requirements import REQUIREMENTS

LINK = re.compile(r"\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
FENCE = re.compile(r"^```.*?^```", re.M | re.S)


def test_every_relative_link_in_a_document_leads_somewhere(root: Path) -> None:
    command = ["git", "ls-files", "-co", "--exclude-standard", "*.md"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.split("\n")
    documents = [root / line for line in listed if line and (root / line).is_file()]

    broken = [
        f"{document.relative_to(root)}: {link}"
        for document in documents
        for link in LINK.findall(FENCE.sub("", document.read_text(encoding="utf-8")))
        if not re.match(r"[a-z][a-z0-9+.-]*:|#", link) and not (document.parent / link.partition("#")[0]).exists()
    ]

    assert documents
    assert broken == []


def test_the_page_on_proactif_names_every_promise_that_proactif_makes(root: Path) -> None:
    page = (root / "docs/proactif.md").read_text(encoding="utf-8")
    promised = {requirement.id for requirement in REQUIREMENTS if requirement.id.startswith("P-")}

    assert set(re.findall(r"P-\d\d", page)) == promised


def test_the_pages_on_assist_and_security_name_promises_that_exist(root: Path) -> None:
    known = {requirement.id for requirement in REQUIREMENTS}

    for name in ("docs/assist.md", "docs/security.md", "docs/console.md"):
        page = (root / name).read_text(encoding="utf-8")
        named = set(re.findall(r"\b(?:[ACEHKNRTVWY]|I5)-\d\d", page))
        assert named, name
        assert named <= known, (name, named - known)
