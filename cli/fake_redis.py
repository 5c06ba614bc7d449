"""`python -m cli.fake_redis PORT`: fakeredis' TCP server, for the demo on machines where no Redis can be had."""

from __future__ import annotations

import sys


def main() -> None:
    """Serve until killed."""
    from fakeredis import TcpFakeServer  # noqa: PLC0415 - installed only where it is needed

    server = TcpFakeServer(("127.0.0.1", int(sys.argv[1])), server_type="redis")
    server.serve_forever()


if __name__ == "__main__":
    main()
