"""JSON Schemas of the contract, for editors and other programs: `python -m tuanthu_policy.schema [POLICY-FOLDER]`."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from tuanthu_policy import lifecycle
from tuanthu_policy.condition_schema import condition_schemas
from tuanthu_policy.control import Framework
from tuanthu_policy.devices import lines
from tuanthu_policy.devices.example import Example
from tuanthu_policy.devices.family import Family
from tuanthu_policy.devices.loader import load_devices
from tuanthu_policy.envelope import (
    Acknowledgement,
    EnrolRequest,
    EnrolResponse,
    Envelope,
    Problem,
    ScanOrder,
    ScanOrderRequest,
    TransferAnswer,
    TransferRequest,
)
from tuanthu_policy.exception import Attestation, Waiver
from tuanthu_policy.fact import FactKind
from tuanthu_policy.folder import policy_folder
from tuanthu_policy.indicator import IndicatorPlan
from tuanthu_policy.indicator_checks import UNIT_KINDS
from tuanthu_policy.loader import load_policy
from tuanthu_policy.observation import Observation
from tuanthu_policy.published import BundleRequest, Published, PublisherKey
from tuanthu_policy.result import RuleResult
from tuanthu_policy.rule import Rule
from tuanthu_policy.services import ServiceSet
from tuanthu_policy.tables import load_lifecycle

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
DURATION: Final = {"type": "string", "pattern": "^[1-9][0-9]{0,5}[mhd]$"}
TYPES: Final[dict[str, type[msgspec.Struct]]] = {
    "observation": Observation,
    "envelope": Envelope,
    "enrol-request": EnrolRequest,
    "enrol-response": EnrolResponse,
    "acknowledgement": Acknowledgement,
    "problem": Problem,
    "transfer-request": TransferRequest,
    "transfer-answer": TransferAnswer,
    "scan-order-request": ScanOrderRequest,
    "scan-order": ScanOrder,
    "bundle-request": BundleRequest,
    "publisher-key": PublisherKey,
    "published": Published,
    "rule": Rule,
    "framework": Framework,
    "indicator-plan": IndicatorPlan,
    "fact-kind": FactKind,
    "lifecycle": lifecycle.Lifecycle,
    "service-set": ServiceSet,
    "device-family": Family,
    "device-example": Example,
    "waiver": Waiver,
    "attestation": Attestation,
    "rule-result": RuleResult,
}
"""Name of the schema's file (`<name>.schema.json`) → the type that it describes."""


def schemas(kinds: Mapping[str, FactKind]) -> dict[str, dict[str, Any]]:
    """All schemas by name; the one of a rule knows the facts of these kinds."""
    found = {name: _schema(kind) for name, kind in TYPES.items()}
    _refine_rule(found["rule"], kinds)
    _refine_plan(found["indicator-plan"], kinds)
    _refine_texts(found)
    return found


def _schema(kind: type[msgspec.Struct]) -> dict[str, Any]:
    (reference,), definitions = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    return {"$schema": DIALECT, **reference, "$defs": dict(definitions)}


def _refine_rule(schema: dict[str, Any], kinds: Mapping[str, FactKind]) -> None:
    """Put the condition language where the types only say that there is some object."""
    schema["$defs"].update(condition_schemas(kinds))
    properties = schema["$defs"]["Rule"]["properties"]
    properties["id"]["pattern"] = "^[a-z][a-z0-9_]*\\.[a-z][a-z0-9_]*$"
    for key, kind in (("max_age", DURATION), ("condition", {"$ref": "#/$defs/Condition"})):
        properties[key] = {**kind, "description": properties[key].get("description", "")}
    properties["applies_when"] = {"$ref": "#/$defs/Condition"}


def _refine_plan(schema: dict[str, Any], kinds: Mapping[str, FactKind]) -> None:
    """The same language in indicators, and the kinds of units that there are."""
    schema["$defs"].update(condition_schemas(kinds))
    schema["$defs"]["IndicatorPlan"]["properties"]["max_age"] = DURATION
    for name in ("Question", "IndicatorClass"):
        schema["$defs"][name]["properties"]["condition"] = {"$ref": "#/$defs/Condition"}
    for part in schema["$defs"].values():
        if "kinds" in part.get("properties", {}):
            part["properties"]["kinds"]["items"] = {"enum": sorted(UNIT_KINDS)}


def _refine_texts(found: dict[str, dict[str, Any]]) -> None:
    """Neither language of a text may be empty."""
    for schema in found.values():
        for text in schema["$defs"].get("Text", {}).get("properties", {}).values():
            text["minLength"] = 1


def written(schema: dict[str, Any]) -> str:
    """A schema as its file holds it."""
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def main(arguments: list[str]) -> None:
    """Write all schemas into the policy's folder `schema/`, and as JSON the tables that agents read."""
    folder = Path(arguments[0]) if arguments else policy_folder()
    target = folder / "schema"
    target.mkdir(exist_ok=True)
    for name, schema in schemas(load_policy(folder).kinds).items():
        (target / f"{name}.schema.json").write_text(written(schema), encoding="utf-8")
    (folder / "lifecycle.json").write_text(lifecycle.written(load_lifecycle(folder)), encoding="utf-8")
    table = lines.rows(load_devices(folder).values())
    (folder / "access-lines.json").write_text(lines.written(table), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
