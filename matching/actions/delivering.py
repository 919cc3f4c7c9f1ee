"""Send one message to one webhook: over HTTPS, to a checked public address, signed, and never further than that.

The host is looked up once for each attempt. Every address it has must be public, and the connection goes to the address
that was checked, so that a name which answers differently a moment later leads nowhere. Redirects are not followed.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from matching.errors import Invalid, Problem, Where

#: The addresses of a host, as text.
Resolver = Callable[[str, int], Sequence[str]]

TIMEOUT_SECONDS = 10.0
LONGEST_URL = 500
_HTTPS_PORT = 443
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a message goes: a host, its port, and the path there."""

    host: str
    port: int
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of one attempt: the status of the answer, or a code for why there was none."""

    status: int | None = None
    failure: str | None = None

    @property
    def arrived(self) -> bool:
        """Whether the other side has taken the message."""
        return self.status is not None and 200 <= self.status < 300


class Refused(Exception):
    """The address must not be reached; `code` says why in one word."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def system_resolver(host: str, port: int) -> list[str]:
    """The addresses of a host by the system's own means."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet, looked at through every disguise that IPv6 has for IPv4."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def target_of(url: str, *, hosts: Collection[str]) -> Target:
    """Read where a URL leads; raises `Invalid` unless it is HTTPS to a host that may be told."""
    where = Where(field="url")
    try:
        parts = urlsplit(url)
        port = parts.port or _HTTPS_PORT
    except ValueError:
        raise Invalid([Problem(where, "is not a URL")]) from None
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise Invalid([Problem(where, "is not a URL")])
    if parts.scheme != "https" or not parts.hostname:
        raise Invalid([Problem(where, "should begin with https:// and a host")])
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise Invalid([Problem(where, "should hold no user, password, query or fragment")])
    if parts.hostname not in {host.lower() for host in hosts}:
        raise Invalid([Problem(where, "is not on a host that may be told; the settings list those")])
    return Target(host=parts.hostname, port=port, path=parts.path or "/")


def signature(secret: str, *, timestamp: int, body: bytes) -> str:
    """Sign a message and the second in which it is sent: HMAC-SHA256 over `timestamp.body`, in hexadecimal."""
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Sends messages; tests name another resolver, other trusted certificates, and allow the loopback."""

    resolve: Resolver = system_resolver
    allows: Callable[[str], bool] = is_public
    tls: Callable[[], ssl.SSLContext] = field(default=ssl.create_default_context)
    timeout_seconds: float = TIMEOUT_SECONDS

    def checked_addresses(self, target: Target) -> list[str]:
        """The addresses of a target; raises `Refused` unless all of them may be reached."""
        try:
            addresses = list(self.resolve(target.host, target.port))
        except (OSError, UnicodeError):
            raise Refused("not_resolved") from None
        if not addresses:
            raise Refused("not_resolved")
        # One private address among public ones is how a name is bent inwards: then none of them is used.
        if not all(map(self.allows, addresses)):
            raise Refused("not_public")
        return addresses

    def send(self, target: Target, *, body: bytes, headers: Mapping[str, str]) -> Sent:
        """Post a body and say what came of it; never raises for what the other side or the network does."""
        try:
            address = self.checked_addresses(target)[0]
        except Refused as refused:
            return Sent(failure=refused.code)
        connection = _PinnedConnection(target, address=address, tls=self.tls(), timeout_seconds=self.timeout_seconds)
        # The timeout of a socket is for each read, so a side that answers a byte at a time is cut off by the clock.
        cut_off = threading.Timer(self.timeout_seconds * 2, connection.cut_off)
        cut_off.daemon = True
        cut_off.start()
        try:
            connection.request("POST", target.path, body=body, headers=dict(headers))
            return Sent(status=connection.getresponse().status)
        except ssl.SSLError:
            return Sent(failure="certificate")
        except TimeoutError:
            return Sent(failure="timeout")
        except (OSError, http.client.HTTPException, AttributeError, ValueError):
            # Cutting a connection off leaves the client without its socket, which shows as an attribute that is gone.
            return Sent(failure="no_answer")
        finally:
            cut_off.cancel()
            connection.close()


class _PinnedConnection(http.client.HTTPSConnection):
    """A connection to one address, whose certificate must be that of the host."""

    def __init__(self, target: Target, *, address: str, tls: ssl.SSLContext, timeout_seconds: float) -> None:
        super().__init__(target.host, target.port, timeout=timeout_seconds, context=tls)
        self._address, self._tls, self._timeout_seconds = address, tls, timeout_seconds
        self._plain: socket.socket | None = None

    def connect(self) -> None:
        """Connect to the checked address, whatever the name leads to by now."""
        self._plain = socket.create_connection((self._address, self.port), timeout=self._timeout_seconds)
        self.sock = self._tls.wrap_socket(self._plain, server_hostname=self.host)

    def cut_off(self) -> None:
        """End the connection from another thread, in whatever state it is."""
        for each in (self.sock, self._plain):
            if each is not None:
                try:
                    each.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue
