"""Days as French tickets give them, relative to the day on which they were written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from orchestrator.assist.reader.french import fold

_MONTH = {
    **dict(janvier=1, fevrier=2, mars=3, avril=4, mai=5, juin=6, juillet=7, aout=8, septembre=9, octobre=10),
    **dict(novembre=11, decembre=12, janv=1, fev=2, fevr=2, avr=4, juil=7, sept=9, oct=10, nov=11, dec=12),
}
_DAYS = dict(lundi=0, mardi=1, mercredi=2, jeudi=3, vendredi=4, samedi=5, dimanche=6)
_NEAR = {
    "aujourd'hui": 0,
    "ce jour": 0,
    "demain": 1,
    "apres-demain": 2,
    "apres demain": 2,
    "hier": -1,
    "avant-hier": -2,
}

_DATE = re.compile(
    r"(?<![\d/.-])(?P<iso>20\d\d-\d\d-\d\d)(?![\d/-])"
    r"|(?<![\w/.-])(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})(?:[/.-](?P<year>20\d\d|\d\d))?(?![\d/-]|\.\d)"
    r"|\bdu (?P<fday>\d{1,2})(?:er)?(?= (?:au|-) \d{1,2}(?:er)? "
    rf"(?P<fmonth>{'|'.join(_MONTH)})\b(?: (?P<fyear>20\d\d))?)"
    rf"|\b(?P<nday>\d{{1,2}})(?:er)? (?P<nmonth>{'|'.join(_MONTH)})\b\.?(?: (?P<nyear>20\d\d))?"
    rf"|\b(?P<near>{'|'.join(sorted(_NEAR, key=len, reverse=True))})\b"
    rf"|\b(?P<weekday>{'|'.join(_DAYS)})\b(?! \d)(?: (?P<which>prochaine?|derniere?|passe|en huit))?"
    r"|\bdans (?P<count>\d{1,2}|un|une|deux|trois) (?P<unit>jours?|semaines?)\b"
)
_COUNTS = {"un": 1, "une": 1, "deux": 2, "trois": 3}
_OVER = re.compile(r"\b(?:partie?s?|quittee?|depuis|etait|est parti|(?:a|ont) (?:fini|termine|quitte))\b[^.]{0,20}$")
_UNTIL = re.compile(
    r"(?:jusqu'?(?: ?a)?u?|fin de (?:contrat|mission|stage)\W{0,3}(?:le)?|fin|termine"
    r"|date de (?:fin|depart|sortie)[^:\n]{0,20}:|fin [^:\n]{0,20}:)[ :]{0,3}(?:le |au )?$"
)
_RANGE = re.compile(r"^ (?:au|-|a) $")


@dataclass(frozen=True, slots=True)
class Day:
    """A day that a text gives. is_end: said as the end of something (until, end of contract, from … to)."""

    start: int
    end: int
    day: date
    is_end: bool = False


def find_days(text: str, *, today: date, start: int = 0, end: int | None = None) -> list[Day]:
    """The days given between two offsets of a text, in order. A day without a year is the nearest one."""
    days: list[Day] = []
    folded = fold(text[start:end])
    for day in _days(folded, today):
        before = folded[max(0, day.start - 40) : day.start]
        between = folded[days[-1].end - start : day.start] if days else ""
        is_end = bool(_UNTIL.search(before)) or bool(_RANGE.match(between))
        days.append(Day(day.start + start, day.end + start, day.day, is_end))
    return days


def _days(folded: str, today: date) -> Iterator[Day]:
    for found in _DATE.finditer(folded):
        before = folded[max(0, found.start() - 30) : found.start()]
        if (day := _read(found, today, over=bool(_OVER.search(before)))) is not None:
            yield Day(found.start(), found.end(), day)


def _read(found: re.Match[str], today: date, *, over: bool) -> date | None:
    try:
        if found["iso"]:
            return date.fromisoformat(found["iso"])
        if found["near"]:
            return today + timedelta(days=_NEAR[found["near"]])
        if found["count"]:
            count = _COUNTS.get(found["count"]) or int(found["count"])
            return today + timedelta(days=count * (7 if found["unit"].startswith("semaine") else 1))
        if found["weekday"]:
            return _weekday(_DAYS[found["weekday"]], found["which"] or "", today, over=over)
        named = found["nmonth"] or found["fmonth"]
        month = _MONTH[named] if named else int(found["month"])
        year = found["year"] or found["nyear"] or found["fyear"]
        return _nearest(
            int(found["day"] or found["nday"] or found["fday"]), month, int(year) % 2000 + 2000 if year else None, today
        )
    except (ValueError, OverflowError):
        return None


def _weekday(weekday: int, which: str, today: date, *, over: bool) -> date:
    if which.startswith(("dernier", "passe")) or (over and not which):
        return today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)
    ahead = (weekday - today.weekday() - 1) % 7 + 1
    return today + timedelta(days=ahead + (7 if which == "en huit" else 0))


def _nearest(day: int, month: int, year: int | None, today: date) -> date:
    if year is not None:
        return date(year, month, day)
    around = [date(near, month, day) for near in (today.year - 1, today.year, today.year + 1) if month != 2 or day < 29]
    return min(around, key=lambda candidate: abs((candidate - today).days))
