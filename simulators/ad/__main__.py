"""`python -m simulators.ad --port 10636 --ca-file ca.pem`: the directory alone, until SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

import uvicorn

from simulators.ad.app import ActiveDirectory
from simulators.ad.control import create_app


async def _serve(options: argparse.Namespace) -> None:
    directory = ActiveDirectory()
    directory.write_ca(options.ca_file)
    await directory.start(options.host, options.port)
    if options.plain_port is not None:
        await directory.start_plain(options.host, options.plain_port)
    if options.control_port is None:
        await asyncio.Event().wait()
    config = uvicorn.Config(
        create_app(directory), host=options.host, port=options.control_port, log_level="critical", access_log=False
    )
    await uvicorn.Server(config).serve()


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(prog="simulators.ad")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True, help="LDAPS")
    parser.add_argument("--ca-file", type=Path, required=True, help="where to write the certificate to trust")
    parser.add_argument("--plain-port", type=int, help="LDAP with StartTLS")
    parser.add_argument("--control-port", type=int, help="HTTP: /_sim/…")
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
