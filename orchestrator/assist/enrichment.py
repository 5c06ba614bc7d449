"""What is written on the ticket of a question or an incident: what of a model's answer counts, and the words. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2
from pydantic import BaseModel, Field

from orchestrator.agent.cleaning import MAX_MODEL_TEXT, clean_answer
from orchestrator.assist.plans import Person
from orchestrator.assist.reader.body import normalise, parse_own_text
from orchestrator.assist.reader.french import fold, parse_sentences
from orchestrator.assist.reader.names import find_mentions
from orchestrator.assist.reader.persons import is_same
from shared.masking import mask_personal
from shared.sites import Site

USUAL_URGENCY = 3
MAX_QUESTION = 200
SOMEBODY = "[personne]"
NUMBER = "[numéro]"
DESCRIBE = "que se passe-t-il exactement, sur quel poste ou quel équipement, et depuis quand ?"
_DIAL = re.compile(r"\+\d[\d .()-]{6,}\d|(?<![\w.])\d{2}(?:[ .-]?\d{2}){3,}(?![\w.]\d)|(?<!\w)\d[\d -]{7,}\d(?!\w)")
_SECRETS = re.compile(
    r"mots? ?de? ?pass\w*|\bmdp\b|pass ?word|\bidentifiants?\b|\blogin\b|\bsecret|\bpin\b|\brib\b|\biban\b"
    r"|\bcarte bancaire|\b(?:2fa|mfa|otp)\b|\bcodes? (?!d'erreur|erreur|postal)"
)
_folder = jinja2.FileSystemLoader(Path(__file__).with_name("templates"))
_templates = jinja2.Environment(
    loader=_folder,
    autoescape=False,  # noqa: S701 - plain text
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView:
    """The public parts of a ticket that a question is on. site: of its author or entity; None when it is not known.

    was_asked: a detail was asked for before. is_empty: it says nothing that could be understood.
    """

    ticket_id: int
    title: str
    content: str
    category: str | None
    urgency: int
    has_technician: bool
    site: Site | None
    was_asked: bool = False
    is_empty: bool = False

    @property
    def own_text(self) -> str:
        """What its author wrote, without quoted mails, signature and markup."""
        return f"{normalise(self.title)}\n\n{parse_own_text(normalise(self.content))}".strip()


class Analysis(BaseModel):
    """The model's answer."""

    category: str | None = Field(default=None, max_length=250, description="one of the listed categories, or null")
    urgency: int | None = Field(default=None, ge=1, le=5)
    paragraph: str = Field(max_length=MAX_MODEL_TEXT, description="three French sentences at most")
    question: str | None = Field(default=None, max_length=MAX_QUESTION, description="the one missing detail, or null")


@dataclass(frozen=True, slots=True)
class Enrichment:
    """What to write: category and urgency only where they are better than the ticket's; text is the public followup.

    question: what the text asks for, if anything. by_model: a model answered, whatever of it was kept.
    """

    category: str | None
    urgency: int | None
    text: str
    question: str | None
    by_model: bool


def build_enrichment(view: TicketView, analysis: Analysis | None, categories: Sequence[str]) -> Enrichment:
    """The followup, category and urgency; without an analysis what rules know, and an honest acknowledgement."""
    paragraph = clean_paragraph(analysis.paragraph, view) if analysis else ""
    question = None if view.was_asked or view.has_technician else _question(view, analysis)
    proposed = (analysis.category if analysis else None) or guess_category(view.own_text, categories)
    text = _templates.get_template("enrichment.txt.j2").render(paragraph=paragraph, question=question)
    return Enrichment(
        category=better_category(view, proposed, categories),
        urgency=better_urgency(view, analysis.urgency if analysis else None),
        text=re.sub(r"\n{3,}", "\n\n", text).strip(),
        question=question,
        by_model=analysis is not None,
    )


def _question(view: TicketView, analysis: Analysis | None) -> str | None:
    if view.is_empty:
        return DESCRIBE
    asked = clean_paragraph(analysis.question, view, MAX_QUESTION) if analysis and analysis.question else ""
    return asked if asked.endswith("?") and len(asked) > 5 else None


def clean_paragraph(text: str, view: TicketView, limit: int = MAX_MODEL_TEXT) -> str:
    """The model's words as the requester may read them: no link, nobody whom he did not name, no number to call.

    Words about passwords and codes are dropped whole: nobody may be asked for his by us.
    """
    line = clean_answer(normalise(text), view.site, limit)  # first: a link may keep apart what is looked for below
    line = _DIAL.sub(NUMBER, mask_personal(_without_others(line, _people(view.own_text))))
    line = clean_answer(line.replace("@", " "), view.site, limit)  # an address without a domain is one in house
    return "" if _SECRETS.search(fold(line)) else line


def _people(text: str) -> list[Person]:
    found = [mention for sentence in parse_sentences(text) for mention in find_mentions(sentence, text)]
    return [mention.person for mention in found if mention.person]


def _without_others(line: str, named: Sequence[Person]) -> str:
    parts, at = [], 0
    for sentence in parse_sentences(line):
        for mention in find_mentions(sentence, line):
            if mention.privileged or any(mention.person and _says_no_more(mention.person, known) for known in named):
                continue
            start, end = sentence.words[mention.first].start, sentence.words[mention.after - 1].end
            parts += [line[at:start], SOMEBODY]
            at = end
    return "".join(parts) + line[at:]


def _says_no_more(person: Person, known: Person) -> bool:
    """Whose first name the author gave is not told by the model with his last name."""
    more = (part for part in ("firstname", "lastname") if getattr(person, part) and not getattr(known, part))
    return is_same(person, known) and not any(more)


def better_category(view: TicketView, proposed: str | None, categories: Sequence[str]) -> str | None:
    """One of GLPI's categories where the ticket has none, or one above it; None to leave it."""
    if view.has_technician or proposed is None or proposed not in categories:
        return None
    return proposed if not view.category or proposed.startswith(f"{view.category} > ") else None


def better_urgency(view: TicketView, proposed: int | None) -> int | None:
    """One step from the usual urgency at most, and only where nobody has chosen another; None to leave it."""
    if view.has_technician or proposed is None or view.urgency != USUAL_URGENCY:
        return None
    step = max(USUAL_URGENCY - 1, min(USUAL_URGENCY + 1, proposed))
    return step if step != USUAL_URGENCY else None


def guess_category(text: str, categories: Sequence[str]) -> str | None:
    """The one category whose own name the text speaks of; None for none or several."""
    words = [word.replace("-", "") for word in re.findall(r"[\w-]+", fold(text))]
    fitting = [name for name in categories if _speaks_of(words, name)]
    return fitting[0] if len(fitting) == 1 else None


def _speaks_of(words: Sequence[str], category: str) -> bool:
    leaf = [part.replace("-", "") for part in re.findall(r"[\w-]{3,}", fold(category.rpartition(" > ")[2]))]
    return bool(leaf) and all(any(_is_alike(word, part) for word in words) for part in leaf)


def _is_alike(word: str, part: str) -> bool:
    """The same word, or for longer ones the same beginning: imprimante, imprimer."""
    return word[:6] == part[:6] if len(part) >= 6 else word.rstrip("s") == part.rstrip("s")
