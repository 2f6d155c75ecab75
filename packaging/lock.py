"""Pin every dependency with hashes: `python packaging/lock.py UV [--upgrade]`; without it what is pinned stays.

Writes requirements/runtime.lock (what the three distributions need) and requirements/dev.lock (that, and the tools).
No registry address is written: whoever installs uses the registry that their machine is set up for.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("policies", "agent", "server")
HEADER = "# Made by `make lock` from the pyproject.toml of policies, agent and server (and dev.in). Do not edit.\n"


def runtime_requirements() -> list[str]:
    """Every third-party requirement of the three distributions, sorted."""
    found: set[str] = set()
    for room in ROOMS:
        project = tomllib.loads((ROOT / room / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        found.update(name for name in project["dependencies"] if not name.startswith("tuanthu-"))
    return sorted(found)


def compile_lock(uv: str, requirements: list[str], output: Path, *more: str) -> None:
    """Resolve `requirements` for Python 3.11 and write `output`; pins that it has stay unless told otherwise."""
    command = [uv, "pip", "compile", "--quiet", "--generate-hashes", "--no-emit-index-url", "--no-header",
               "--no-annotate", "--python-version", "3.11", "--output-file", str(output), *more, "-"]  # fmt: skip
    done = subprocess.run(command, input="\n".join(requirements), capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{output.name}: {done.stderr}")
    pinned = output.read_text(encoding="utf-8").removeprefix(HEADER)
    output.write_text(HEADER + pinned, encoding="utf-8")


def main() -> None:
    """Write both lock files."""
    uv = sys.argv[1] if len(sys.argv) > 1 else "uv"
    more = [argument for argument in sys.argv[2:] if argument == "--upgrade"]
    folder = ROOT / "requirements"
    runtime = [*runtime_requirements(), "hatchling", "editables"]  # these two build our own three, without isolation
    compile_lock(uv, runtime, folder / "runtime.lock", *more)
    tools = (folder / "dev.in").read_text(encoding="utf-8").splitlines()
    compile_lock(uv, [*runtime, *tools], folder / "dev.lock", "--constraints", str(folder / "runtime.lock"), *more)


if __name__ == "__main__":
    main()
