"""The invented world that every simulator shows a part of."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

WORLD_FILE = Path(__file__).with_name("world.toml")
FIRST_MORE = 1000


@cache
def _text() -> str:
    return WORLD_FILE.read_text(encoding="utf-8")


def load_world(*, more_sites: int = 0) -> dict[str, list[dict[str, Any]]]:
    """Read world.toml: lists of sites, devices, entities, users, categories, tickets. A fresh copy each time.

    more_sites: as many sites of one router each beside them, devices 1000, 1001, … with the ports of device 11.
    """
    world = tomllib.loads(_text())
    model = next(device for device in world["devices"] if device["device_id"] == 11)
    for number in range(FIRST_MORE, FIRST_MORE + more_sites):
        code = f"SITE{number}"
        site = {"code": code, "name": f"Site {number}", "entity_id": 2, "isp": "Fibrelys", "circuit": f"C-{number}"}
        ports = [dict(port, port_id=100 * number + rank) for rank, port in enumerate(model["ports"], start=1)]
        device = {"device_id": number, "hostname": f"site{number}-fw1.widip.example", "site": code, "ports": ports}
        world["sites"].append(site)
        world["devices"].append(dict(model, **device, sysname=f"site{number}-fw1"))
    return world
