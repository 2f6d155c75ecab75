"""Routers whose form login is answered by a cookie or a redirection; a table says what goes where.

Each row: where the form is posted, names of its fields, how the password travels, and how the device answers.
"""

import base64
import re

from tests.lab.devices.common import SNMP, SSH, TELNET, web
from tests.lab.devices.device import Kind
from tests.lab.devices.http import NOT_FOUND, Response, as_json, moved, page
from tests.lab.devices.routers.forms import Form, FormWeb, b64, cookie_page, goes, md5, shown, stays
from tests.lab.devices.state import Answer

DRAYTEK = Form(
    start=lambda web: "/weblogin.htm", login_page="/weblogin.htm", post="/cgi-bin/wlogin.cgi", user="aa", password="ab",
    code_user=b64, code=b64, cookie="SESSION_ID_VIGOR", success=goes("/"), failure=stays("/weblogin.htm?fail=1"),
    main="/doc/online1.sht", logout="/cgi-bin/wlogout.cgi", server="DWS",
)  # fmt: skip
AIROS = Form(
    start=lambda web: moved("/cookiechecker?uri=/", 302, [("Set-Cookie", "AIROS_SESSIONID=" + "0" * 32 + "; path=/")]),
    login_page="/login.cgi", post="/login.cgi", user="username", password="password", cookie="AIROS_IN", success=goes("/"),
    failure=shown("airOS Login", "<p>Invalid credentials.</p><form enctype='multipart/form-data' method='post'></form>"),
    main="/index.cgi", logout="/logout.cgi", server="lighttpd/1.4.39",
)  # fmt: skip
EDGEOS = Form(
    start=shown("EdgeOS", "<script>EDGE.Config = {{}}; </script><b>EdgeOS</b><form id='LoginForm' method='post' action='/'></form>"),
    post="/", user="username", password="password", cookie="PHPSESSID", success=goes("/", 303),
    failure=shown("EdgeOS", "<script>EDGE.Config = {{}}; </script><b>EdgeOS</b><p>The username or password you entered is incorrect</p>"),
    main="/dashboard", logout="/logout", server="Server",
)  # fmt: skip
CISCO_SG = Form(
    start=shown("Switch", "<script>location.replace('/nikola_login.html')</script>"), login_page="/nikola_login.html", post="/nikola_login.html",
    user="uname", password="pwd2", code=b64, cookie="SID", success=cookie_page("<script>nikola_main2</script>"),
    failure=shown("Switch", "<p>Bad user name or password</p>"), main="/SetupSystemSummary.html", logout="/nikola_logout.html", server="",
)  # fmt: skip
NETGEAR_SWITCH = Form(
    start=shown("NETGEAR GS108T", "<form action='/base/main_login.html'></form><script>document.forms[0].pwd.focus();</script>"),
    login_page="/base/main_login.html", post="/base/main_login.html", user="", fixed_user="", password="pwd", cookie="SID",
    success=cookie_page("<frame src='/base/system/management/sysInfo.html'>"), failure=shown("NETGEAR GS108T", "<p>Invalid password</p>"),
    main="/base/system/management/sysInfo.html", logout="/base/main_logout.html", busy=shown("NETGEAR", "<p>Maximum sessions reached</p>"), server="",
)  # fmt: skip
ASUS = Form(
    start=shown("ASUS", "<script> top.location.href='/Main_Login.asp';</script>"), login_page="/Main_Login.asp", post="/login.cgi",
    user="", password="login_authorization", cookie="asus_token", success=cookie_page("<meta http-equiv='refresh' content='0; url=index.asp'>"),
    failure=stays("/Main_Login.asp?error_status=3"), main="/index.asp", logout="/Logout.asp", server="httpd/2.0",
)  # fmt: skip
RUIJIE = Form(
    start=shown("锐捷网络--登录", "<form action='/login.cgi'></form>NBR"), post="/login.cgi", user="user", password="password", cookie="LOGIN",
    success=cookie_page("<script>location.href='index.htm?_1588';</script>"), failure=shown("", "<script>alert('用户名或密码错误')</script>"),
    main="/index.htm", logout="/logout.cgi", server="httpd",
)  # fmt: skip
ARUBA = Form(
    start=shown("Aruba Instant", "<script>window.location='/login.html'</script>Instant"), post="/swarm.cgi", user="user", password="passwd", cookie="sid",
    success=lambda web, cookie: Response(
        f"<re><data name=\"sid\" pn=\"true\">{cookie.split('=')[1].split(';')[0]}</data><data name=\"role\" pn=\"true\">Admin</data></re>",
        200, [("Set-Cookie", cookie)], "text/xml"),
    failure=lambda web: Response('<re><e name="sys_err" pn="true">Invalid username or password</e></re>', kind="text/xml"),
    main="/main.html", logout="", server="",
)  # fmt: skip
TENDA = Form(
    start=lambda web: "/login.html", login_page="/login.html", post="/login/Auth", user="username", password="password", code=md5, cookie="password",
    success=goes("/main.html"), failure=stays("/login.html?0"), main="/main.html", logout="/goform/exit", server="Http Server",
)  # fmt: skip
TOTOLINK = Form(
    start=lambda web: "/login.html", login_page="/login.html", post="/cgi-bin/cstecgi.cgi", user="username", password="password", cookie="SESSION_ID",
    success=goes("/formLoginAuth.htm?authCode=1&action=login"), failure=stays("/formLoginAuth.htm?authCode=0&action=login"),
    main="/home.asp", logout="/logout.htm", server="lighttpd/1.4.20",
)  # fmt: skip
DSL = Form(
    start=shown("", "<script> window.location.href='/cgi-bin/webproc'</script>"), login_page="/cgi-bin/webproc", post="/cgi-bin/webproc",
    user=":username", password=":password", cookie="sessionid", success=goes("/cgi-bin/webproc?getpage=html/index.html&var:menu=setup"),
    failure=lambda web: dsl_page(web, "var G_Error = 1;"), main="/html/index.html", logout="/cgi-bin/logout", server="mini_httpd/1.19",
)  # fmt: skip
VNPT = Form(
    start=shown("GPON Home Gateway", "<form action='/cgi-bin/login.asp' method='post'>VNPT Technology iGate {model}</form>"), post="/cgi-bin/login.asp",
    user="Username", password="Password", cookie="SESSIONID", success=goes("/cgi-bin/content.asp"), failure=stays("/cgi-bin/login.asp?err=1"),
    main="/cgi-bin/content.asp", logout="/cgi-bin/logout.asp", server="Boa/0.93.15",
)  # fmt: skip


ASUS_FORM = (
    '<form method="post" name="form" action="login.cgi"><input type="hidden" name="group_id" value="">'
    '<input type="hidden" name="current_page" value="Main_Login.asp"><input type="hidden" name="next_page" value="index.asp">'
    '<input type="hidden" name="login_authorization" value=""></form>'
)


def asus_page(web):
    return Response(page("ASUS Login", ASUS_FORM))


def vigor_page(web):
    return Response(page("Vigor Login Page", '<script>frmSub[0].name="aa"</script>'))


def airos_extra(web, request):
    """The status that the main page reads; strangers are sent to the login."""
    if request.path != "/status.cgi":
        return None
    if not web.state.has_session(request.cookie("AIROS_IN")):
        return moved("/login.cgi?uri=/status.cgi")
    return as_json({"host": {"hostname": web.device.serial, "devmodel": web.device.model, "fwversion": "v6.3.11"}})


def edgeos_extra(web, request):
    """The configuration as JSON; 403 without a session."""
    if request.path != "/api/edge/get.json":
        return None
    if not web.state.has_session(request.cookie("PHPSESSID")):
        return Response(page("403 Forbidden"), 403)
    return as_json({"SESSION_ID": "x", "GET": {"system": {"host-name": web.device.serial}}, "success": True})


def tenda_extra(web, request):
    """What Tenda answers before any login, and what a careless client takes for success."""
    if request.path in ("/goform/GetRouterStatus", "/goform/getWanStatus"):
        return Response('{"wanStatus":"1","lang":"vi"}', kind="application/json")
    return None


def totolink_extra(web, request):
    """The login sends everybody to this page; it says by its number whether the login was right."""
    if request.path == "/formLoginAuth.htm":
        good = web.state.has_session(request.cookie("SESSION_ID"))
        return moved("/home.asp" if good else "/login.html?err=1")
    return None


class AsusWeb(FormWeb):
    """One field holds account and password."""

    def sign_in(self, request):
        sent = request.form().get("login_authorization", "")
        try:
            user, _, password = base64.b64decode(sent).decode("utf-8", "replace").partition(":")
        except ValueError:
            return NOT_FOUND
        answer = self.login(request, user, password)
        if answer.good:
            return self.form.success(self, f"asus_token={self.open_session()}; path=/")
        status = 7 if answer == Answer.LOCKED or self.state.is_locked(user, request.peer) else 3
        return Response(
            page(
                "",
                f"<script>var error_status='{status}'; var remaining_lock_time='{300 if status == 7 else 0}';</script>",
            )
        )


class ArubaWeb(FormWeb):
    """One program does all; what it is to do stands in `opcode`, the session in `sid`."""

    def answer(self, request):
        sent = request.query | request.form()
        opcode, sid = sent.get("opcode", ""), sent.get("sid", "")
        if request.path != "/swarm.cgi" or opcode in ("", "login"):
            return super().answer(request)
        if opcode == "logout":
            self.state.close_session(sid)
            return Response("<re></re>", kind="text/xml")
        if opcode != "support" or not sent.get("cmd", "").startswith("'show "):
            self.state.wrote(f"swarm.cgi {opcode} {sent.get('cmd', '')}")
        if not self.state.has_session(sid):
            return Response('<re><e name="sys_err" pn="true">Invalid session</e></re>', kind="text/xml")
        said = f"Aruba Operating System Software. ArubaOS (MODEL: 205), {self.device.serial}"
        return Response(f'<re><t tn="{said}"></t></re>', kind="text/xml")


class DslWeb(FormWeb):
    """D-Link's webproc wants the session id that it gave before the login; one program shows all pages."""

    def answer(self, request):
        if request.path == self.form.post and request.query.get("getpage") == "html/index.html":
            signed_in = self.state.has_session(request.cookie(self.form.cookie))
            return self.main_page() if signed_in else self.names["login_body"](self)
        if request.path == self.form.post and request.form().get(":action") == "logout":
            self.state.close_session(request.cookie(self.form.cookie))
            return self.names["login_body"](self)
        return super().answer(request)

    def sign_in(self, request):
        sent = request.form()
        if not re.fullmatch(r"[0-9a-f]{8}", sent.get(":sessionid", "")) or not self.state.fresh_token():
            return dsl_page(self, "var G_Error = 1;")
        return super().sign_in(request)


def dsl_page(web, script="var G_Error = 0;"):
    """The form; an error has a number, and no redirection."""
    form = f"<form action='/cgi-bin/webproc'><input name=':password'></form><script>{script}</script>"
    return Response(page("", form), 200, [("Set-Cookie", "sessionid=1a2b3c4d; path=/")])


def kind(
    name,
    vendor,
    device_class,
    oui,
    accounts,
    form,
    *,
    handler=FormWeb,
    port=80,
    tls=False,
    services=(),
    model="",
    can=(),
    source="nndefaccts",
    **names,
):
    return Kind(
        name,
        vendor,
        device_class,
        oui,
        (web(handler, port, tls=tls), *services),
        accounts,
        frozenset({*can, *(["single-session"] if form.busy else [])}),
        None,
        model or name,
        {"form": form} | names,
        source,
    )


ADMIN, UBNT = (("admin", "admin"),), (("ubnt", "ubnt"),)
KINDS = [
    kind(
        "draytek",
        "DrayTek",
        "router",
        "00:1D:AA",
        ADMIN,
        DRAYTEK,
        services=(TELNET,),
        model="Vigor2925",
        login_body=vigor_page,
        telnet_login="Account:",
        telnet_prompt="\r\nDrayTek> ",
    ),
    kind(
        "airos",
        "Ubiquiti",
        "ap",
        "24:A4:3C",
        UBNT,
        AIROS,
        services=(SSH,),
        model="NanoStation M5",
        extra=airos_extra,
        ssh_banner="SSH-2.0-dropbear_2015.67",
    ),
    kind(
        "edgeos",
        "Ubiquiti",
        "router",
        "04:18:D6",
        UBNT,
        EDGEOS,
        services=(SSH,),
        model="EdgeRouter X",
        extra=edgeos_extra,
        ssh_banner="SSH-2.0-OpenSSH_7.2p2 Debian",
    ),
    kind(
        "cisco-sg",
        "Cisco",
        "switch",
        "1C:E6:C7",
        (("cisco", "cisco"),),
        CISCO_SG,
        services=(SNMP,),
        model="SG200-08",
        sysdescr="SG200-08 8-port Gigabit Smart Switch",
        enterprise=9,
        communities=("public",),
    ),
    kind("netgear-switch", "NETGEAR", "switch", "20:E5:2A", (("", "password"),), NETGEAR_SWITCH, model="GS108T"),
    kind("asus", "ASUSTek", "router", "10:BF:48", ADMIN, ASUS, handler=AsusWeb, model="RT-AC66U", login_body=asus_page),
    kind("ruijie-nbr", "Ruijie", "router", "58:69:6C", ADMIN, RUIJIE, model="NBR1000", source="nuclei"),
    kind(
        "aruba-instant",
        "Aruba",
        "ap",
        "18:64:72",
        ADMIN,
        ARUBA,
        handler=ArubaWeb,
        port=4343,
        tls=True,
        model="IAP-205",
        source="nuclei",
    ),
    kind("tenda", "Tenda", "router", "C8:3A:35", ADMIN, TENDA, model="AC6", extra=tenda_extra, source="device notes"),
    kind(
        "totolink",
        "TOTOLINK",
        "router",
        "78:44:76",
        ADMIN,
        TOTOLINK,
        model="N300RT",
        extra=totolink_extra,
        source="device notes",
    ),
    kind(
        "dlink-dsl",
        "D-Link",
        "router",
        "28:10:7B",
        ADMIN,
        DSL,
        handler=DslWeb,
        model="DSL-2730U",
        can=["stale-token"],
        login_body=dsl_page,
    ),
    kind(
        "vnpt-igate",
        "VNPT Technology",
        "ont",
        "A4:F4:C2",
        (),
        VNPT,
        port=443,
        tls=True,
        services=(TELNET,),
        model="GW040-H",
        tls_organisation="VNPT Technology",
        source="owners' posts: TLS before 1.2 only",
        tls_version="1.0",
    ),
]
