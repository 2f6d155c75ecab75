"""The door: the only room of the scanner that opens sockets. Every way out asks the gate first.

`ScopedDoor` is what the rest of the scanner is given. `tighten(sock, seconds, most_bytes)` shortens the whole life of a
connection that came from it; `secure(sock, context, name)` puts TLS on one and keeps its bounds.
"""

from tuanthu_agent.scanner.door.bounded import BoundExceededError, secure, tighten
from tuanthu_agent.scanner.door.multicast import Heard, Interface, Skipped
from tuanthu_agent.scanner.door.scoped import ScopedDoor

__all__ = ["BoundExceededError", "Heard", "Interface", "ScopedDoor", "Skipped", "secure", "tighten"]
