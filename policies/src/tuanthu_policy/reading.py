"""Reading one file of a policy."""

from pathlib import Path

from tuanthu_policy.errors import PolicyError
from tuanthu_policy.yaml_tree import Tree, parse_yaml


def read_text(file: Path, folder: Path) -> Tree:
    """One file as a tree; raises PolicyError where it cannot be read or is no UTF-8."""
    name = file.relative_to(folder).as_posix()
    try:
        return parse_yaml(file.read_text(encoding="utf-8"), name)
    except OSError as error:
        raise PolicyError(f"không mở được tệp: {error.strerror}", f"cannot be opened: {error.strerror}", name) from None
    except UnicodeDecodeError:
        raise PolicyError("tệp không phải UTF-8", "the file is not UTF-8", name) from None


def check_name(tree: Tree, key: str, written: str, expected: str) -> None:
    """Raise PolicyError where what a file calls itself is not what its path says."""
    if written != expected:
        raise tree.error(
            (key,),
            f"{key} là {written!r} nhưng đường dẫn nói {expected!r}",
            f"{key} is {written!r} but the path says {expected!r}",
        )
