"""Addresses at which browsers refuse passkeys: a passkey belongs to a name, and an IP address is none."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Nameless:
    """A page that is open at an IP address; ``url`` is the same page by a name, where it has one for sure."""

    host: str
    url: str | None


def nameless(url: str) -> Nameless | None:
    """What to say about passkeys on the page at ``url``; nothing where the portal is open by a name."""
    try:
        parts = urlsplit(url)
        address = ip_address(parts.hostname or "")
    except ValueError:
        return None
    if not address.is_loopback:
        return Nameless(str(address), None)
    port = f":{parts.port}" if parts.port else ""
    return Nameless(str(address), parts._replace(netloc=f"localhost{port}").geturl())
