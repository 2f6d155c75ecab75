"""Pinned keys at hand."""

import threading
from collections import OrderedDict
from uuid import UUID

from tuanthu_server.inventory import agents

LARGEST = 100_000


class PinnedKeys:
    """Keys by agent id. A key never changes, so what is here can not go stale; revocation is not decided here."""

    def __init__(self) -> None:
        self._keys: OrderedDict[UUID, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def peek(self, agent_id: UUID) -> bytes | None:
        """The key if it is at hand; touches no database."""
        return self._keys.get(agent_id)

    def fetch(self, agent_id: UUID) -> bytes | None:
        """The key, from the database if need be. An unknown agent is asked for again each time: it may enrol."""
        key = self._keys.get(agent_id) or agents.public_key(agent_id)
        if key is not None:
            with self._lock:
                self._keys[agent_id] = key
                while len(self._keys) > LARGEST:
                    self._keys.popitem(last=False)
        return key
