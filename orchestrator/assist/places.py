"""Where an account is moved to: an OU of its own site that the request names. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from orchestrator.assist.codes import Code
from orchestrator.assist.people import fold_name
from orchestrator.assist.plans import Request
from orchestrator.assist.reader.words import word_set
from shared.dn import is_at_or_below, name_of, parse_dn
from shared.sites import Site

_EMPTY_WORDS = word_set("le la les l un une au aux a de du des d en service services unite pole equipe secteur site")


def find_target_ou(request: Request, ous: Sequence[str], site: Site | None) -> str | Code:
    """The one OU of the site whose name is the place, or the service, of the request; as the directory writes it.

    ous: distinguished names of the directory's OUs. PLACE_UNKNOWN when none fits, or several do.
    """
    if site is None:
        return Code.SITE_UNKNOWN
    wanted = {key for line in (request.place, request.service) if (key := _key(line or ""))}
    inside = {parse_dn(ou): ou for ou in ous if any(is_at_or_below(ou, base) for base in site.ad_ous)}
    fitting = [ou for ou in inside.values() if _key(name_of(ou)) in wanted]
    return fitting[0] if len(fitting) == 1 else Code.PLACE_UNKNOWN


def _key(text: str) -> str:
    words = [fold_name(word) for word in re.split(r"[\s'’]+", text)]
    return "".join(word for word in words if word not in _EMPTY_WORDS)
