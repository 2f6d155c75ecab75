"""What the agent keeps and how it looks at the network, on real Windows Pythons: files, rights, spool, routes, echoes."""

from pathlib import Path

from tests.agent.test_portability import SPOOLS
from tests.wine.bench import windows_path

from tuanthu_agent.linewatch import looking

RIGHTS = """
from pathlib import Path
from tuanthu_agent import files
from tuanthu_agent.windows import protection
folder = Path(sys.argv[1]) / "dữ liệu"
(folder.parent / "open.txt").write_bytes(b"x")
files.write_private(folder / "agent.key", b"secret")
(folder / "made.txt").write_bytes(b"x")
answer = [protection.public_readers(protection.read_access(str(path))) for path in (folder, folder / "agent.key", folder.parent / "open.txt")]
answer.append(protection.read_access(str(folder)))
"""
HELD = """
import os, threading
from pathlib import Path
from tuanthu_agent import files
path, other = Path(sys.argv[1], "identity.json"), Path(sys.argv[1], "other")
files.write_private(path, b"old")
other.write_bytes(b"x")
handle = os.open(path, os.O_RDONLY)
try:
    other.replace(path)
    answer = ["replaced"]
except PermissionError:
    answer = ["refused"]
other.unlink()
threading.Timer(0.5, os.close, [handle]).start()
files.write_private(path, b"new")
answer += [path.read_text(), os.listdir(sys.argv[1])]
"""
DURABLE = """
from pathlib import Path
from tuanthu_agent.spool.sqlite import SqliteSpool
spool = SqliteSpool(Path(sys.argv[1]))
answer = [spool._db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
"""
NETWORK = """
from tuanthu_agent.linewatch import looking
answer = [[vars(route) for route in looking.read_routes()], looking.ping("127.0.0.1"), looking.ping("không")]
"""


def test_a_private_file_and_its_folder_are_closed_to_ordinary_users(python, tmp_path):
    folder, key, ordinary, text = python(RIGHTS, windows_path(tmp_path))
    assert (folder, key) == ([], [])
    assert ordinary == ["WD"]
    assert text.startswith("D:")


def test_a_file_that_somebody_has_just_open_is_replaced_when_it_is_free(python, tmp_path):
    assert python(HELD, windows_path(tmp_path)) == ["refused", "new", ["identity.json"]]


def test_the_spool_is_durable_and_repairs_itself(python, tmp_path):
    assert python(DURABLE, windows_path(tmp_path / "a")) == ["wal", 2]
    program = SPOOLS.replace("print(", "answer = (")
    assert python("from pathlib import Path" + program, windows_path(tmp_path / "b")) == 2


def test_the_watch_knows_the_routes_and_sends_an_echo(python):
    routes, echo, nobody = python(NETWORK)
    own = looking.parse_routes(Path("/proc/net/route").read_text("ascii"))
    assert {(one["destination"], one["gateway"], one["mask"]) for one in routes} >= {
        (one.destination, one.gateway, one.mask) for one in own
    }
    assert (echo, nobody) == (True, False)
