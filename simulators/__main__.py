"""`python -m simulators --observium FD --glpi FD --mail FD …`, and --smtp, --mysecret, --ollama, --ad….

All of them in one process. Each number is an inherited listening socket: HTTP, but --ad, which is LDAPS, and --smtp,
the mail relay. Without --ollama no model is simulated, without --mysecret no MySecret, without --ad no directory; its
certificate is from the authority written to --ca-file.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from simulators.ad.app import ActiveDirectory
from simulators.ad.control import create_app as create_ad_control
from simulators.glpi.app import create_app as create_glpi
from simulators.mysecret.app import create_app as create_mysecret
from simulators.observium.app import create_app as create_observium
from simulators.ollama.app import create_app as create_ollama
from simulators.smtp.app import MailSink
from simulators.smtp.app import create_app as create_mail


def _server(app: Starlette) -> uvicorn.Server:
    return uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False, timeout_graceful_shutdown=1))


async def _serve(options: argparse.Namespace) -> None:
    sink = MailSink()
    relay = await sink.start(sock=socket.socket(fileno=options.smtp) if options.smtp is not None else None)

    def utc_now() -> datetime:
        return datetime.now(UTC).replace(tzinfo=None)

    apps = {
        options.observium: create_observium(zone=UTC, more_sites=options.more_sites),
        options.glpi: create_glpi(smtp=relay, clock=utc_now),
        options.mail: create_mail(sink),
    }
    if options.mysecret is not None:
        apps[options.mysecret] = create_mysecret()
    if options.ollama is not None:
        apps[options.ollama] = create_ollama()
    if options.ad is not None:
        directory = ActiveDirectory()
        directory.write_ca(options.ca_file)
        await directory.start(sock=socket.socket(fileno=options.ad))
        if options.ad_control is not None:
            apps[options.ad_control] = create_ad_control(directory)
    async with asyncio.TaskGroup() as group:
        for fd, app in apps.items():
            group.create_task(_server(app).serve(sockets=[socket.socket(fileno=fd)]))


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(prog="simulators")
    for name in ("observium", "glpi", "mysecret", "ollama", "mail"):
        is_required = name not in ("mysecret", "ollama")
        parser.add_argument(f"--{name}", type=int, required=is_required, help="inherited socket")
    parser.add_argument("--smtp", type=int, help="inherited socket of the mail relay; else it has a port of its own")
    parser.add_argument("--more-sites", type=int, default=0, help="sites of one router each beside the world's")
    parser.add_argument("--ad", type=int, help="inherited socket of LDAPS; needs --ca-file")
    parser.add_argument("--ad-control", type=int, help="inherited socket of the directory's switches")
    parser.add_argument(
        "--ca-file", type=Path, help="where to write the certificate that the directory's clients trust"
    )
    options = parser.parse_args()
    if options.ad is not None and options.ca_file is None:
        parser.error("--ad needs --ca-file")
    asyncio.run(_serve(options))


if __name__ == "__main__":
    main()
