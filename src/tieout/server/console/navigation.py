"""Where the console's menu leads; an app adds one line for each of its pages."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from tieout.server.accounts.permissions import Role, has_role

WORKERS = (Role.PREPARER, Role.REVIEWER, Role.APPROVER)


@dataclass(frozen=True)
class Place:
    """A page in the menu.

    address: a name for `reverse`. roles: who sees it; empty for everybody with a role. key: the
    letter that opens it after `g`.
    """

    label: str
    address: str
    icon: str
    roles: tuple[str, ...] = ()
    key: str = ""


@dataclass(frozen=True)
class Item:
    """A place as it stands in the menu of a page."""

    label: str
    address: str
    icon: str
    key: str
    is_current: bool


@dataclass(frozen=True)
class Section:
    """A heading of the menu and what stands under it."""

    name: str
    items: tuple[Item, ...]


MENU: dict[str, tuple[Place, ...]] = {
    "Work": (
        Place("Queue", "cases:queue", "inbox", key="q"),
        Place("Incidents", "cases:incidents", "alert-octagon", key="i"),
        Place("Watch", "alerts:watch", "heartbeat", key="w"),
        Place("Proposals", "resolutions:proposals", "bulb", key="o"),
        Place("Runs", "cases:runs", "list-check", key="r"),
        Place("New run", "cases:upload", "upload", WORKERS, key="u"),
    ),
    "Close": (
        Place("Periods", "closing:periods", "calendar", key="d"),
        Place("Ledger", "closing:ledger", "book", key="l"),
    ),
    "Insight": (
        Place("Trends", "cases:trends", "chart-line", key="t"),
        Place("Learning", "resolutions:learning", "book"),
        Place("Assistant", "assistant:usage", "message"),
        Place("Tuning", "cases:tuning", "adjustments-horizontal", key="n"),
    ),
    "Control": (
        Place("Autonomy", "resolutions:autonomy", "checks", key="y"),
        Place("Outbox", "resolutions:outbox", "send", key="b"),
        Place("Audit log", "cases:audit", "shield-check", key="a"),
        Place("Jobs", "jobs:jobs", "list-check", key="j"),
        Place("Exports", "cases:exports", "download", key="e"),
        Place("Schedules", "jobs:schedules", "clock", key="s"),
        Place("Second factor", "mfa_index", "shield-lock"),
        Place("People", "cases:people", "users", (Role.ADMIN,), key="p"),
    ),
}


def menu_for(request: HttpRequest) -> list[Section]:
    """The menu of who asks: only what they may open."""
    if not request.user.is_authenticated:
        return []
    sections = []
    for name, places in MENU.items():
        seen = [place for place in places if has_role(request.user, *place.roles)]
        items = tuple(_item(place, request.path) for place in seen)
        if items:
            sections.append(Section(name, items))
    return sections


def _item(place: Place, path: str) -> Item:
    address = reverse(place.address)
    is_current = path == address or (address != "/" and path.startswith(address))
    return Item(place.label, address, place.icon, place.key, is_current)
