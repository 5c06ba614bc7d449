"""What a measurement says, and how it stands beside others: n8n's figures, and the limits of the brief."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import quantiles
from typing import Literal

Unit = Literal["ms", "/s", "s", "MB", "kB", "%"]

_WORDS = {
    "ms": ("faster", "slower"),
    "s": ("faster", "slower"),
    "/s": ("more", "less"),
    "MB": ("smaller", "larger"),
    "kB": ("smaller", "larger"),
    "%": ("less", "more"),
}


@dataclass(frozen=True, slots=True)
class Timings:
    """Latencies in milliseconds, and how long the whole took."""

    ms: list[float]
    seconds: float

    def percentile(self, percent: int) -> float:
        """The latency that `percent` of 100 did not exceed."""
        if len(self.ms) == 1:
            return self.ms[0]
        return quantiles(self.ms, n=100, method="inclusive")[percent - 1]

    @property
    def rate(self) -> float:
        """Calls per second."""
        return len(self.ms) / self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table. value is the headline, in `unit`; n8n and limit are in the same unit.

    timings adds percentiles. note says what was done, so that the figure can be judged.
    """

    name: str
    value: float
    unit: Unit
    n8n: float | None = None
    limit: float | None = None
    timings: Timings | None = field(default=None, repr=False)
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times better than n8n; under 1 is worse."""
        if self.n8n is None or not self.value:
            return None
        return self.value / self.n8n if self.unit == "/s" else self.n8n / self.value

    @property
    def ratio_text(self) -> str:
        """As people say it: `6.1x faster`."""
        if self.ratio is None:
            return ""
        better, worse = _WORDS[self.unit]
        return f"{self.ratio:.1f}x {better}" if self.ratio >= 1 else f"{1 / self.ratio:.1f}x {worse}"

    @property
    def limit_text(self) -> str:
        """The brief's limit and what part of it is used."""
        return "" if self.limit is None else f"{self.value / self.limit:.1%} of {format_value(self.limit, self.unit)}"


def format_value(value: float, unit: Unit) -> str:
    """Three significant digits and the unit."""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:.{digits}f}{'' if unit in ('%', '/s') else ' '}{unit}"


def latency_row(name: str, timings: Timings, **rest: object) -> Row:
    """A row whose headline is the median."""
    return Row(name=name, value=timings.percentile(50), unit="ms", timings=timings, **rest)  # type: ignore[arg-type]


def rate_row(name: str, timings: Timings, **rest: object) -> Row:
    """A row whose headline is calls per second."""
    return Row(name=name, value=timings.rate, unit="/s", timings=timings, **rest)  # type: ignore[arg-type]
