"""Mercusys MW and AC: `/?code=…&id=…`, where the id is the password mixed with a short text by a table, twice."""

import re
import secrets
import string

from tests.lab.devices.common import web
from tests.lab.devices.device import Kind
from tests.lab.devices.http import Response, Web, page
from tests.lab.devices.state import Answer

TABLE = (
    "yLwVl0zKqws7LgKPRQ84Mdt708T1qQ3Ha7xv3H7NyU84p21BriUWBU43odz3iP4rBL3cD02KZciXTysVXiV8ngg6vL48rPJyAUw0HurW20xqxv9aYb4M9wK1Ae0wlro510qXeU07kV57fQMc8L6aLg"
    "MLwygtc0F10a0Dg70TOoouyFhdysuRMO51yY5ZlOZZLEal1h0t9YQW0Ko7oBwmCAHoic4HYbUyVeU3sfQ1xtXcPcf1aT303wAQhv66qzW"
)
FIXED = ("RDpbLfCPsJZ7fiv", TABLE)
"""Of the maker's login page."""
LETTERS = string.ascii_letters + string.digits
FULL, LOCKED, WRONG, NORMAL = "00000", "00001", "00003", "00004"
READ, AUTHENTICATE, LOG_OUT = "2", "7", "11"


def mixed(one, other, table):
    size = max(len(one), len(other))
    pairs = zip(one.ljust(size, "\xbb"), other.ljust(size, "\xbb"), strict=True)
    return "".join(table[(ord(a) ^ ord(b)) % len(table)] for a, b in pairs)


class Mercusys(Web):
    """Every answer to somebody outside brings a new text and table."""

    server = ""
    success_words = "00000 id 4|1,0,0"

    def __init__(self, device, service):
        super().__init__(device, service)
        self.offer = self.offered()

    def offered(self):
        return ["".join(secrets.choice(LETTERS) for _ in range(size)) for size in (16, 250)]

    def start_page(self, request):
        return Response(page("MERCUSYS", "<script src='js/su.js'></script>MERCUSYS mwlogin.net"))

    def answer(self, request):
        if request.path != "/":
            return None
        code, session = request.query.get("code"), request.query.get("id", "")
        if request.method != "POST" or code is None:
            return self.start_page(request)
        if code == AUTHENTICATE and session:
            return self.sign_in(request, session)
        if not session or not self.state.has_session(session):
            return self.outside(LOCKED if self.state.is_locked("admin", request.peer) else NORMAL)
        return self.inside(request, code, session)

    def outside(self, state):
        self.offer = self.offered()
        return Response("\r\n".join(["00007", state, "5", *self.offer, ""]), 401, kind="text/plain")

    def sign_in(self, request, session):
        short, table = self.offer
        answer = self.login(request, "admin", lambda known: mixed(short, mixed(known, *FIXED), table) == session)
        if answer.good:
            self.state.open_session(session)
            return Response("00000\r\n", kind="text/plain")
        return self.outside({Answer.LOCKED: LOCKED, Answer.BUSY: FULL}.get(answer, WRONG))

    def inside(self, request, code, session):
        if code == LOG_OUT:
            self.state.close_session(session)
        elif code != READ or not re.fullmatch(r"\d+\|1,0,0", request.text):
            self.state.wrote(f"code {code} {request.text}")
        return Response(f"00000\r\nid {request.text}\r\nmodelName {self.device.model}\r\n", kind="text/plain")


KINDS = [
    Kind(
        "mercusys-mw",
        "MERCUSYS",
        "router",
        "00:EB:D8",
        (web(Mercusys),),
        (),
        frozenset({"single-session"}),
        None,
        "MW325R",
        {},
        "Blockzilla101/mercusys-cli",
    ),
]
