"""What a message or a category can be about, and how these topics relate."""

from __future__ import annotations

from enum import StrEnum


class Topic(StrEnum):
    """A subject that employees write about."""

    HARDWARE = "hardware"
    PRINTER = "printer"
    WORKSTATION = "workstation"
    PERIPHERAL = "peripheral"
    TABLET = "tablet"
    NETWORK = "network"
    WIFI = "wifi"
    INTERNET = "internet"
    SOFTWARE = "software"
    CARE_SOFTWARE = "care_software"
    NETSOINS = "netsoins"
    TITAN = "titan"
    OFFICE = "office"
    PLANNING = "planning"
    PAYROLL = "payroll"
    ACCOUNT = "account"
    PASSWORD = "password"  # noqa: S105 - the subject, not a secret
    ARRIVAL = "arrival"
    ACCESS = "access"
    TELEPHONY = "telephony"
    LANDLINE = "landline"
    DECT = "dect"
    MOBILE = "mobile"
    MAIL = "mail"
    SECURE_MAIL = "secure_mail"
    NURSE_CALL = "nurse_call"
    SECURITY = "security"
    MALWARE = "malware"
    TELEVISION = "television"
    SURVEILLANCE = "surveillance"
    FILES = "files"
    PURCHASE = "purchase"
    NOT_IT = "not_it"
    OUTSIDE = "outside"  # other people's services: banks, the health insurance, web sites
    INCIDENT = "incident"
    REQUEST = "request"


_CHILDREN: dict[Topic, tuple[Topic, ...]] = {
    Topic.HARDWARE: (Topic.PRINTER, Topic.WORKSTATION, Topic.PERIPHERAL, Topic.TABLET),
    Topic.NETWORK: (Topic.WIFI, Topic.INTERNET),
    Topic.SOFTWARE: (Topic.CARE_SOFTWARE, Topic.OFFICE, Topic.PLANNING, Topic.PAYROLL),
    Topic.CARE_SOFTWARE: (Topic.NETSOINS, Topic.TITAN),
    Topic.ACCOUNT: (Topic.PASSWORD, Topic.ARRIVAL, Topic.ACCESS),
    Topic.TELEPHONY: (Topic.LANDLINE, Topic.DECT, Topic.MOBILE),
    Topic.MAIL: (Topic.SECURE_MAIL,),
    Topic.SECURITY: (Topic.MALWARE,),
}
_PARENT = {child: parent for parent, children in _CHILDREN.items() for child in children}

# Where both are spoken of, the first is the subject and the others are its circumstances.
DOMINATES: dict[Topic, frozenset[Topic]] = {
    Topic.MALWARE: frozenset({Topic.MAIL, Topic.WORKSTATION, Topic.FILES, Topic.INTERNET, Topic.OFFICE, Topic.PAYROLL}),
    Topic.NURSE_CALL: frozenset({Topic.DECT, Topic.LANDLINE, Topic.TELEPHONY, Topic.MOBILE}),
    Topic.PURCHASE: frozenset(
        {Topic.PRINTER, Topic.WORKSTATION, Topic.PERIPHERAL, Topic.TABLET, Topic.MOBILE, Topic.DECT, Topic.TELEPHONY}
    ),
    Topic.ARRIVAL: frozenset({Topic.MAIL, Topic.PASSWORD, Topic.ACCESS}),
    Topic.ACCESS: frozenset({Topic.PLANNING}),
    Topic.PRINTER: frozenset({Topic.WORKSTATION, Topic.OFFICE}),
    Topic.TABLET: frozenset({Topic.PERIPHERAL, Topic.WORKSTATION}),
    Topic.WORKSTATION: frozenset({Topic.PERIPHERAL}),
    Topic.NETWORK: frozenset({Topic.WORKSTATION}),
    Topic.INTERNET: frozenset({Topic.WORKSTATION}),
    Topic.PASSWORD: frozenset({Topic.WORKSTATION}),
    Topic.FILES: frozenset({Topic.WORKSTATION}),
    Topic.LANDLINE: frozenset({Topic.WORKSTATION}),
    Topic.TELEVISION: frozenset({Topic.PERIPHERAL}),
    Topic.SURVEILLANCE: frozenset({Topic.PERIPHERAL}),
    Topic.SECURE_MAIL: frozenset({Topic.PERIPHERAL}),
}

# "sur le poste", "depuis ma tablette": where something is seen, not what is wrong.
CARRIERS = frozenset({Topic.WORKSTATION, Topic.TABLET, Topic.MOBILE, Topic.PERIPHERAL})
# Asked for, these are rather matters of people than of programs: "changer mon planning".
NEEDS_FAILURE = frozenset({Topic.PLANNING, Topic.PAYROLL})
FACETS = frozenset({Topic.INCIDENT, Topic.REQUEST})
STRANGERS = frozenset({Topic.NOT_IT, Topic.OUTSIDE})  # never a category of ours by these words


def ancestors_of(topic: Topic) -> tuple[Topic, ...]:
    """The wider topics, nearest first: Netsoins is care software is software."""
    found: list[Topic] = []
    while topic in _PARENT:
        topic = _PARENT[topic]
        found.append(topic)
    return tuple(found)


def root_of(topic: Topic) -> Topic:
    """The widest topic that holds this one."""
    return (topic, *ancestors_of(topic))[-1]
