"""The one way in for reports: HTTPS, files and the demonstration take it alike."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from uuid import UUID

import structlog
from django.db import DatabaseError, close_old_connections

from tuanthu_policy.envelope import Acknowledgement
from tuanthu_server.ingest import checks, compression
from tuanthu_server.ingest.checks import Delivery
from tuanthu_server.ingest.keys import PinnedKeys
from tuanthu_server.ingest.queue import GroupQueue
from tuanthu_server.ingest.refusals import Refusal
from tuanthu_server.ingest.writer.prepared import Answer, Prepared

log = structlog.get_logger("tuanthu.ingest")

BATCH = 200
LONGEST_QUEUE = 2000


class Intake:
    """Takes reports until it is stopped; safe to use from several threads."""

    def __init__(self, batch_reports: int = BATCH, queue_reports: int = LONGEST_QUEUE) -> None:
        self._keys = PinnedKeys()
        self._batch = batch_reports
        self._queue = GroupQueue(batch_reports, queue_reports)

    def submit(
        self, body: bytes, encoding: str, agent: str, signature: str, *, sent_at: str = "", channel: str = "file"
    ) -> Acknowledgement:
        """Check, store durably and acknowledge one report; raises Refusal, and then nothing of it is stored."""
        answer = self.submit_many([delivery(body, encoding, agent, signature, sent_at=sent_at, channel=channel)])[0]
        if isinstance(answer, Refusal):
            raise answer
        return answer

    def submit_many(self, deliveries: Sequence[Delivery]) -> list[Answer]:
        """The same for many at once, which share transactions; refusals stand among the answers."""
        pending: list[Future[Answer]] = []
        for one in deliveries:
            future: Future[Answer] = Future()
            pending.append(future)
            try:
                self._queue.put(self._prepare(one, self._keys.fetch), future)
            except Refusal as refusal:
                future.set_result(refusal)
        answers = [future.result() for future in pending]
        for one, answer in zip(deliveries, answers, strict=True):
            note(one, answer)
        return answers

    async def submit_async(self, one: Delivery) -> Answer:
        """The same on an event loop, which is held up only for the checks themselves."""
        future = asyncio.get_running_loop().create_future()
        try:
            agent_id = checks.agent_id(one.agent)
            if self._keys.peek(agent_id) is None:
                await asyncio.to_thread(self._fetch_in_thread, agent_id)
            self._queue.put(self._prepare(one, self._keys.peek), future)
            answer: Answer = await future
        except Refusal as refusal:
            answer = refusal
        note(one, answer)
        return answer

    async def key_of(self, agent: str) -> tuple[UUID, bytes]:
        """Id and pinned key of an agent, on an event loop; raises Refusal for an unknown one."""
        agent_id = checks.agent_id(agent)
        if self._keys.peek(agent_id) is None:
            await asyncio.to_thread(self._fetch_in_thread, agent_id)
        key = self._keys.peek(agent_id)
        if key is None:
            raise Refusal("agent-unknown", agent[:64], agent[:64])
        return agent_id, key

    def waiting(self) -> int:
        """How many reports wait for a transaction."""
        return self._queue.waiting()

    def is_taking(self) -> bool:
        """Whether another report would be taken now: the writer lives and its queue has room."""
        return self._queue.is_taking()

    def is_loaded(self) -> bool:
        """Whether more reports wait than one transaction takes."""
        return self._queue.waiting() > self._batch

    def stop(self) -> None:
        """Write what waits and end the writer."""
        self._queue.stop()

    def _prepare(self, one: Delivery, find_key: Callable[[UUID], bytes | None]) -> Prepared:
        if one.channel != "file":  # there the limit on the wire has no meaning; that on the payload holds
            compression.check_size(len(one.body))
        agent_id = checks.agent_id(one.agent)
        key = find_key(agent_id)
        if key is None:
            raise Refusal("agent-unknown", one.agent[:64], one.agent[:64])
        return checks.prepare(one, agent_id, key)

    def _fetch_in_thread(self, agent_id: UUID) -> None:
        try:
            self._keys.fetch(agent_id)
        except DatabaseError as error:
            log.error("key-not-read", agent=str(agent_id), error=repr(error))  # noqa: TRY400 (one line each)
            raise Refusal("storage-unavailable") from None
        finally:
            close_old_connections()


def delivery(body: bytes, encoding: str, agent: str, signature: str, *, sent_at: str, channel: str) -> Delivery:
    """A delivery received now."""
    return Delivery(body, encoding, agent, signature, sent_at, channel, datetime.now(UTC))


def note(one: Delivery, answer: Answer) -> None:
    """One log line for what was refused."""
    if isinstance(answer, Refusal):
        log.warning(
            "report-refused", code=answer.code, agent=one.agent[:64], channel=one.channel, detail=answer.detail_en
        )
