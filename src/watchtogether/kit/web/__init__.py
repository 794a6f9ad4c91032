"""What surrounds the app at the HTTP door: addresses, hosts, headers, bodies, request log.

Plain ASGI middlewares without knowledge of any domain. `protect` puts them around an app.
"""

from watchtogether.kit.web.address import client_address
from watchtogether.kit.web.hosts import PublicAddress
from watchtogether.kit.web.protect import protect

__all__ = ["PublicAddress", "client_address", "protect"]
