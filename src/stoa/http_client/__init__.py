"""The one way out: every request that leaves this server goes through an HttpClient.

No other module imports an HTTP library.  What it promises, whatever the address came from:

- https only; plain http only with `STOA_INSECURE_HTTP=on`;
- never to an address that is not of the public internet (security.md A5), whether it is written in the
  URL, comes from DNS or from a redirect; the address that was checked is the one that is connected to;
  networks in `STOA_ALLOW_NETWORKS` are open, for tests and trials;
- ports 80 and 443 alone; any port only at addresses in `STOA_ALLOW_NETWORKS`.  Whoever federates with a
  server on another port opens its address;
- not to ourselves, nor to the database, nor to names that only mean something inside a network;
- at most three redirects, of GET alone; a signature is never sent on to another host;
- an end in time and in bytes, counted after decompression; no cookies, no credentials, no
  environment variables.

It does not retry, queue, or know what ActivityPub is.  With `STOA_HTTP_PROXY` names are resolved by the
proxy, which then has to keep private addresses out; what is written in URLs is still checked here.
"""

from stoa.http_client.client import Fetched, HttpClient, Signer
from stoa.http_client.errors import (
    BadAnswer,
    BadStatus,
    NotFetched,
    Refused,
    TooLarge,
    TooSlow,
    Unreachable,
)
from stoa.http_client.urls import Location, normalise_host, parse

__all__ = [
    "BadAnswer",
    "BadStatus",
    "Fetched",
    "HttpClient",
    "Location",
    "NotFetched",
    "Refused",
    "Signer",
    "TooLarge",
    "TooSlow",
    "Unreachable",
    "normalise_host",
    "parse",
]
