"""How many traces are played: 2,000 in all, ten times as many when the environment asks for a proof."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

TRACES = int(os.environ.get("WIDIP_TRACES", "2000"))


def traces(share: float, *, without: int = 0) -> settings:
    """This share of all traces, less those that are played anyway.

    The world of a test is the same for all of its traces, and reset before each.
    """
    unlike = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    # Not made smaller: a trace is readable as it is, and each of its repeats takes as long.
    phases = (Phase.explicit, Phase.reuse, Phase.generate)
    count = max(1, round(share * TRACES) - without)
    return settings(max_examples=count, deadline=None, phases=phases, suppress_health_check=unlike)
