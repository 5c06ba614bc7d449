"""What the simulated model concludes, and its French sentences. Each says of itself that it is simulated."""

from __future__ import annotations

from typing import Literal

from simulators.ollama.facts import Facts, Port

LABEL = "[simulé]"

Cause = Literal["wan", "admin", "unreachable", "snmp", "access", "unknown"]

# Words by which a cause is recognised in somebody's closed list, best first.
CAUSE_WORDS: dict[Cause, tuple[str, ...]] = {
    "wan": ("wan", "operator", "isp", "transit", "carrier"),
    "admin": ("admin",),
    "unreachable": ("unreachable", "device_down", "device", "offline"),
    "snmp": ("snmp",),
    "access": ("access", "port", "lan"),
    "unknown": ("unknown", "undetermined", "other", "none"),
}


def find_port(facts: Facts) -> Port | None:
    """The port that explains the alert: the one it names if that is down, else an operator's, else any."""
    down = [port for port in facts.ports.values() if port.is_admin_down or port.is_oper_down]
    named = [port for port in down if facts.port_id is not None and port.port_id == facts.port_id]
    wan = [port for port in down if port.is_wan]
    return next(iter(named or wan or ([] if facts.port_id is not None else down)), None)


def find_cause(facts: Facts) -> Cause:
    """The device first: the ports of a device that does not answer are old news."""
    if facts.is_device_down:
        return "snmp" if facts.status_type == "snmp" else "unreachable"
    port = find_port(facts)
    if port is None:
        return "unknown"
    if port.is_admin_down:
        return "admin"
    return "wan" if port.is_wan else "access"


def choose_cause(facts: Facts, values: list[str]) -> str:
    """The value of a closed list that means what the facts say; its "unknown" when none does."""
    cause = find_cause(facts)
    for wanted in (cause, "unknown"):
        for word in CAUSE_WORDS[wanted]:
            fitting = [value for value in values if word in value.lower()]
            plain = [value for value in fitting if wanted == "admin" or "admin" not in value.lower()]
            if plain:
                return plain[0]
    return values[-1]


def list_evidence(facts: Facts) -> list[str]:
    """The facts, one short sentence each."""
    lines = []
    if facts.device_status:
        kind = f", status_type {facts.status_type}" if facts.status_type else ""
        lines.append(f"Équipement {facts.device_name} : status {facts.device_status}{kind}")
    port = find_port(facts)
    named = [item for item in facts.ports.values() if facts.port_id is not None and item.port_id == facts.port_id]
    lines += [_quote(item) for item in ([port] if port else named[:1])]
    lines += [f"Réponse en erreur d'un outil : {error}" for error in facts.errors[:2]]
    return [f"{LABEL} {line}" for line in lines] or [f"{LABEL} Aucun fait lu."]


def build_summary(facts: Facts) -> str:
    """One or two sentences on the cause."""
    port, device = find_port(facts), _device(facts)
    name = f"« {port.label} »" if port else ""
    sentences: dict[Cause, str] = {
        "wan": f"Le lien opérateur {name} de {device} est tombé : port activé, mais sans liaison.",
        "admin": f"Le port {name} de {device} est désactivé par configuration (admin down).",
        "unreachable": f"{device} ne répond plus au ping ; l'état de ses ports n'est plus à jour.",
        "snmp": f"{device} répond au ping mais pas en SNMP : c'est la supervision qui est touchée.",
        "access": f"Le port d'accès {name} de {device} est tombé ; le lien opérateur n'est pas en cause.",
        "unknown": f"Les faits lus sur {device} ne désignent pas de cause.",
    }
    if facts.quoted:
        return f"{LABEL} {'. '.join(line.removeprefix(f'{LABEL} ').rstrip('.') for line in facts.quoted[:4])}."
    if facts.errors and not (facts.device_status or facts.ports):
        return f"{LABEL} Les outils ont répondu en erreur ({facts.errors[0]}) : je ne peux pas conclure."
    if not (facts.device_id or facts.device_status or facts.ports):
        return f"{LABEL} Aucun fait de supervision ne m'a été montré."
    sentence = sentences[find_cause(facts)]
    return f"{LABEL} {sentence[0].upper()}{sentence[1:]}"


def build_reading(facts: Facts) -> str:
    """The end of an investigation: what was read."""
    read = " ; ".join(line.removeprefix(f"{LABEL} ") for line in list_evidence(facts))
    return f"{LABEL} J'ai lu : {read}."


def _device(facts: Facts) -> str:
    return f"l'équipement {facts.device_name or facts.device_id or ''}".rstrip()


def _quote(port: Port) -> str:
    role = f" ({port.alias})" if port.alias else ""
    return f"Port {port.label}{role} : admin {port.admin}, oper {port.oper}"
