"""The place where the page is served: a listening socket, and the address to type into a browser."""

from __future__ import annotations

import errno
import os
import socket

from vectorstore.errors import PortInUse, SettingsError, UserError


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; raises PortInUse, or SettingsError when there is no such address here."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise SettingsError(f"QA_HOST={host}: there is no such address ({error.strerror}); try 127.0.0.1") from error
    try:
        if os.name == "posix":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(place)
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise _cannot_listen(error, host, port) from error
    return listening


def address(listening: socket.socket, host: str) -> str:
    """Where a browser on this machine finds the page."""
    port = listening.getsockname()[1]
    here = "127.0.0.1" if host in ("", "0.0.0.0", "::") else host
    return f"http://[{here}]:{port}" if ":" in here else f"http://{here}:{port}"


def _cannot_listen(error: OSError, host: str, port: int) -> UserError:
    if error.errno == errno.EADDRINUSE:
        return PortInUse(
            f"port {port} is in use by another program; choose another with --port, or --port 0 for a free one"
        )
    if error.errno == errno.EACCES:
        return PortInUse(f"port {port} may not be used without more rights; choose one above 1023 with --port")
    return SettingsError(f"QA_HOST={host}: cannot listen there ({error.strerror}); try 127.0.0.1")
