"""The demo's environment: nothing that the user exported for other purposes may reach its programs."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping

_KEPT = {"PATH", "HOME", "LANG", "TERM", "TZ", "TMPDIR", "VIRTUAL_ENV", "REDIS_HOST", "REDIS_PORT", "REDIS_PASSWORD"}
_KEPT_PREFIXES = ("LC_", "PYTHON", "SSL_CERT_", "OLLAMA_")
_PROXIES = {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}
_LOOPBACK = ("127.0.0.1", "localhost")


def bypass_proxies(environment: MutableMapping[str, str]) -> None:
    """Let what runs on this machine be reached directly, whatever proxy is set."""
    given = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    hosts = [host.strip() for host in given.split(",") if host.strip()]
    joined = ",".join([*hosts, *(host for host in _LOOPBACK if host not in hosts)])
    environment["no_proxy"] = environment["NO_PROXY"] = joined


def children_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What the demo's programs may see of `environment`: where things are, proxies, Redis and Ollama."""
    kept = {name: value for name, value in environment.items() if _is_kept(name, value)}
    if not kept.get("REDIS_HOST"):
        kept.pop("REDIS_PASSWORD", None)  # the embedded Redis has none and refuses one
    bypass_proxies(kept)
    return kept


def _is_kept(name: str, value: str) -> bool:
    if name.lower() in _PROXIES:
        return not value.startswith("socks")  # httpx needs a package of its own for these, and would not start
    return name in _KEPT or name.startswith(_KEPT_PREFIXES)
