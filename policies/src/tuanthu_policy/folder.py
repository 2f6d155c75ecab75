"""Where the shipped policy lies."""

from pathlib import Path


def policy_folder() -> Path:
    """The folder of the policy that is shipped: in a wheel beside the code, in a checkout `policies/`."""
    packaged = Path(__file__).parent / "data"
    return packaged if packaged.is_dir() else Path(__file__).parents[2]
