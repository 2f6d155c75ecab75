"""Rows of an enrolment: the asset, its agent with the pinned key, and the token's use."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import uuid4

import msgspec

from tuanthu_policy.envelope import EnrolRequest, MachineIdentity
from tuanthu_server.inventory import tokens
from tuanthu_server.inventory.models import Agent, Asset, AssetRole, EnrolToken
from tuanthu_server.inventory.tokens import TokenProblem


class KeyProblem(StrEnum):
    """Why a key cannot be enrolled."""

    KNOWN = "key-known"
    REVOKED = "agent-revoked"


class Enrolled(NamedTuple):
    """An agent, and whether this very request made it."""

    agent: Agent
    created: bool


def enrol_key(request: EnrolRequest, key: bytes, at: datetime) -> Enrolled | TokenProblem | KeyProblem:
    """Enrol a machine whose possession of `key` was proved, in the caller's transaction.

    The same key with the same token gets the agent that it made before, and spends nothing.
    """
    known = Agent.objects.select_related("asset__unit", "token").filter(public_key=key).first()
    if known is not None:
        return _again(known, request)
    token = tokens.spend(request.token, at)
    if isinstance(token, TokenProblem):
        return token
    asset = _new_asset(request.machine, token, at)
    agent = Agent.objects.create(id=uuid4(), asset=asset, public_key=key, token=token, enrolled_at=at)
    return Enrolled(agent, created=True)


def _again(known: Agent, request: EnrolRequest) -> Enrolled | KeyProblem:
    if known.revoked_at is not None:
        return KeyProblem.REVOKED
    if known.token is None or bytes(known.token.digest) != tokens.digest(request.token):
        return KeyProblem.KNOWN
    return Enrolled(known, created=False)


def _new_asset(machine: MachineIdentity, token: EnrolToken, at: datetime) -> Asset:
    role = AssetRole.SERVER if machine.role == AssetRole.SERVER else AssetRole.WORKSTATION
    return Asset.objects.create(
        unit=token.unit,
        name=machine.hostname,
        role=role,
        serial=_given(machine.serial),
        os=_given(machine.os),
        owner=_given(machine.owner),
        location=_given(machine.location),
        macs=machine.macs,
        created_at=at,
    )


def _given(value: str | msgspec.UnsetType) -> str:
    return "" if isinstance(value, msgspec.UnsetType) else value
