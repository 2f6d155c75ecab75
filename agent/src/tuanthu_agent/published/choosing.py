"""By what this machine judges and scans: the bundle that it pulled, or else what came in its package."""

from collections.abc import Mapping
from dataclasses import dataclass

from tuanthu_agent import identity as identities
from tuanthu_agent.config import Config
from tuanthu_agent.errors import IdentityError, TuanthuError
from tuanthu_agent.logs import log
from tuanthu_agent.published import keeping
from tuanthu_agent.published.errors import BundleError
from tuanthu_agent.published.verifying import Verified
from tuanthu_policy import published
from tuanthu_policy.devices.family import Family
from tuanthu_policy.devices.loader import load_devices
from tuanthu_policy.errors import PolicyError
from tuanthu_policy.loader import load_policy
from tuanthu_policy.policy import Policy


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is used."""

    bundle: Verified | None
    """None: the package's."""
    refused: BundleError | None
    """Why the bundle that lies here is not used."""

    def policy(self) -> Policy:
        """The policy; raises TuanthuError."""
        if self.bundle is not None:
            return self.bundle.policy
        try:
            return load_policy()
        except PolicyError as error:
            raise TuanthuError(
                f"Chính sách không dùng được: {error.vi}", f"The policy cannot be used: {error.en}"
            ) from None

    def devices(self) -> Mapping[str, Family]:
        """The device catalogue; raises PolicyError."""
        return load_devices() if self.bundle is None else published.devices_of(self.bundle.published)


def choose(config: Config) -> Chosen:
    """What this machine has. A bundle that cannot be believed is told, and never used."""
    if not (config.data_dir / keeping.BUNDLE_FILE).exists():
        return Chosen(None, None)
    try:
        identity = identities.find(config.data_dir)
    except IdentityError:
        identity = None
    if identity is None or not identity.publisher:  # enrolled anew: what lies here is another collector's
        return Chosen(None, None)
    try:
        return Chosen(keeping.load(config.data_dir, identity), None)
    except BundleError as error:
        log.error("bundle-unusable", vi=error.vi, en=error.en)
        return Chosen(None, error)
