"""How open clients log in to the web pages of the emulated kinds: one function a mechanism, True where let in."""

import base64
import hashlib
import json
import re
import secrets
from urllib.parse import quote

from tests.lab.web_logins import (
    b64,
    cookie,
    dahua,
    dlink_auth,
    dlink_session,
    form,
    goes,
    hnap,
    huawei,
    md5,
    named,
    says,
    sha256,
    tplink_cookie,
    zte_new,
    zte_old,
)

GUARDED = {
    "hikvision": ("digest", "/ISAPI/System/deviceInfo", "GET"),
    "axis": ("digest", "/axis-cgi/param.cgi?action=list&group=root.Brand", "GET"),
    "hanwha": ("digest", "/stw-cgi/system.cgi?msubmenu=deviceinfo&action=view", "GET"),
    "vivotek": ("basic", "/cgi-bin/admin/getparam.cgi", "GET"),
    "uniview": ("digest", "/LAPI/V1.0/System/DeviceBasicInfo", "GET"),
    "mikrotik": ("basic", "/rest/system/resource", "GET"),
    "hp-printer": ("basic", "/hp/device/set_config_password.html", "GET"),
    "eaton-ups": ("digest", "/content/", "GET"),
    "eaton-gateway": ("digest", "/content/", "GET"),
    "brother-hl": ("basic", "/admin/password.html", "GET"),
    "brickcom": ("basic", "/user_management_config.html", "GET"),
    "mobotix": ("basic", "/admin/control?list", "GET"),
    "mobotix-public": ("basic", "/admin/control?list", "GET"),
    "sony-netevi": ("basic", "/command/inquiry.cgi?inqjs=network", "GET"),
    "sony-thttpd": ("basic", "/adm/file.cgi?next_file=setting.htm", "GET"),
    "sony-boa": ("basic", "/command/inquiry.cgi?inqjs=network", "GET"),
    "panasonic": ("digest", "/admin/index.html?Language=0", "GET"),
    "panasonic-basic": ("basic", "/live/index2.html?Language=0", "GET"),
    "xerox-frames": ("basic", "/prscauthconf.htm", "GET"),
    "sonicwall": ("basic", "/api/sonicos/auth", "POST"),
    "cs121": ("basic", "/admin/net.shtml", "GET"),
    "xerox": ("basic", "/", "GET"),
} | dict.fromkeys(("avtech", "milesight", "zte-zxv10", "tplink-basic", "dlink-dsl-basic", "cisco-ios", "linksys-basic", "netgear-basic", "asus-basic", "generic-basic"), ("basic", "/", "GET"))  # fmt: skip


def reyee(browser, user, password):
    from cryptography.hazmat.primitives import padding
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    form = browser("GET", "/cgi-bin/luci/").text
    key = re.search(r'GibberishAES\.enc\([^,]+, "([^"]+)"', form).group(1).encode()
    salt = secrets.token_bytes(8)
    made = block = b""
    while len(made) < 48:
        block = hashlib.md5(block + key + salt).digest()
        made += block
    pad = padding.PKCS7(128).padder()
    cipher = Cipher(algorithms.AES(made[:32]), modes.CBC(made[32:48])).encryptor()
    sealed = base64.b64encode(
        b"Salted__" + salt + cipher.update(pad.update(password.encode()) + pad.finalize()) + cipher.finalize()
    ).decode()
    sent = {"username": user, "time": "1", "encry": True, "pwd": sealed, "isCheckReadAgreement": "true"}
    told = browser("POST", "/cgi-bin/luci/api/auth", json={"method": "login", "params": sent}).json()
    if "sid" not in told["data"]:
        return False
    browser("POST", f"/cgi-bin/luci/api/common?auth={told['data']['sid']}", json={"method": "logout"})
    return True


def reolink(browser, user, password):
    sent = [{"cmd": "Login", "action": 0, "param": {"User": {"userName": user, "password": password}}}]
    told = browser("POST", "/api.cgi?cmd=Login", json=sent).json()[0]
    if told["code"]:
        return False
    token = told["value"]["Token"]["name"]
    browser("POST", f"/api.cgi?cmd=Logout&token={token}", json=[{"cmd": "Logout", "action": 0, "param": {}}])
    return True


def foscam(browser, user, password):
    path = f"/cgi-bin/CGIProxy.fcgi?usr={quote(user)}&pwd={quote(password)}&cmd="
    good = "<logInResult>0<" in browser("GET", path + "logIn").text
    if good:
        browser("GET", path + "logOut")
    return good


def tvt(browser, user, password):
    good = "<status>success<" in browser("POST", "/doLogin", auth=(user, password), data="<request/>").text
    browser("POST", "/doLogout")
    return good


def tplink_ipc(browser, user, password):
    from tests.lab.devices.cameras.tapo import coded

    sent = {"method": "do", "login": {"username": user, "password": coded(password)}}
    told = browser("POST", "/", json=sent).json()
    if "stok" in told:
        browser("POST", f"/stok={told['stok']}/ds", json={"method": "do", "system": {"logout": "null"}})
    return told["error_code"] == 0


def synology(browser, user, password):
    path = "/webapi/entry.cgi?api=SYNO.API.Auth&version=3&method="
    told = browser("GET", f"{path}login&account={quote(user)}&passwd={quote(password)}").json()
    if told["success"]:
        browser("GET", f"{path}logout&_sid={told['data']['sid']}")
    return told["success"]


def qnap(browser, user, password):
    text = browser("POST", "/cgi-bin/authLogin.cgi", data={"user": user, "pwd": b64(password)}).text
    found = re.search(r"<authSid><!\[CDATA\[(\w+)", text)
    if found:
        browser("GET", f"/cgi-bin/authLogout.cgi?sid={found.group(1)}")
    return bool(found)


def jnap(browser, user, password):
    head = {
        "X-JNAP-Action": "http://linksys.com/jnap/core/CheckAdminPassword",
        "X-JNAP-Authorization": "Basic " + b64(f"{user}:{password}"),
    }
    return browser("POST", "/JNAP/", data="{}", headers=head).json()["result"] == "OK"


def apc(browser, user, password):
    told = browser(
        "POST", "/Forms/login1", data={"login_username": user, "login_password": password, "submit": "Log On"}
    )
    where = told.headers.get("Location", "")
    if "home.htm" in where:
        browser("GET", where.replace("home.htm", "logout.htm"))
    return "home.htm" in where


def dsl(browser, user, password):
    session = browser("GET", "/cgi-bin/webproc").cookies["sessionid"]
    fields = {
        ":username": user,
        ":password": password,
        ":action": "login",
        ":sessionid": session,
        "getpage": "html/index.html",
    }
    where = browser("POST", "/cgi-bin/webproc", data=fields).headers.get("Location", "")
    browser("GET", "/cgi-bin/logout")
    return "getpage=html/index.html" in where


def airos(browser, user, password):
    parts = {name: (None, value) for name, value in (("uri", "/"), ("username", user), ("password", password))}
    told = browser("POST", "/login.cgi", files=parts)
    browser("GET", "/logout.cgi")
    return told.headers.get("Location") == "/"


def sophos(browser, user, password):
    sent = {"mode": "151", "json": json.dumps({"username": user, "password": password, "languageid": "1"})}
    good = browser("POST", "/webconsole/Controller", data=sent).json()["status"] == 200
    if good:
        browser("POST", "/webconsole/Controller", data={"mode": "1"})
    return good


def cisco_rv(browser, user, password):
    text = browser("GET", "/").text
    key, token = re.search(r"name='auth_key' value='(\d+)'", text).group(1), re.search(r"tmp2='(\w+)'", text).group(1)
    sent = {"username": user, "password": sha256(token + md5(password + key)), "auth_key": key}
    browser("POST", "/cgi-bin/userLogin.cgi", data=sent)
    good = browser.cookie("mlap")
    browser("GET", "/cgi-bin/logout.cgi")
    return good


def tplink_plain(browser, user, password):
    head = {"Cookie": "Authorization=" + quote("Basic " + b64(f"{user}:{password}"))}
    return "LogoutRpm.htm" in browser("GET", "/", headers=head).text


def dlink_620(browser, user, password):
    head = {"Cookie": f"client_login={quote(user)}; client_password={quote(password)}"}
    return "v_firmware_value" in browser("POST", "/index.cgi", data={"v2": "y", "auth": "auth"}, headers=head).text


def arubaos(browser, user, password):
    sent = {"opcode": "login", "url": "/", "needxml": "0", "uid": user, "passwd": password}
    good = "monitor.summary.html" in browser("POST", "/screens/wms/wms.login", data=sent).text
    browser("POST", "/screens/wms/wms.login", data={"opcode": "logout"})
    return good


def aruba_instant(browser, user, password):
    text = browser("POST", "/swarm.cgi", data={"opcode": "login", "user": user, "passwd": password}).text
    sid = re.search(r'name="sid" pn="true">(\w+)<', text)
    browser("POST", "/swarm.cgi", data={"opcode": "logout", "sid": sid.group(1) if sid else ""})
    return sid is not None and 'true">Admin' in text


def ricoh(browser, user, password):
    path = "/web/guest/en/websys/webArch"
    browser.session.cookies.set("cookieOnOffChecker", "on")
    token = re.search(r'name="wimToken" value="(\d+)"', browser("GET", f"{path}/authForm.cgi").text).group(1)
    sent = {"wimToken": token, "userid": b64(user), "password": b64(password), "open": ""}
    good = browser("POST", f"{path}/login.cgi", data=sent).is_redirect
    browser("GET", "/web/entry/en/websys/webArch/logout.cgi")
    return good


def kyocera(browser, user, password):
    head = {"Referer": f"{browser.base}/startwlm/Start_Wlm.htm"}
    sent = {"func": "authLogin", "arg01_UserName": user, "arg02_Password": password, "arg03_LoginType": "_mode_off"}
    good = browser("POST", "/startwlm/login.cgi", data=sent, headers=head).cookies.get("level") == "1"
    browser("POST", "/startwlm/login.cgi", data={"func": "authLogout"}, headers=head)
    return good


def brother_token(browser, user, password):
    token = re.search('name="CSRFToken" value="([^"]+)"', browser("GET", "/general/status.html").text)[1]
    sent = {"CSRFToken": token, "Baf5": password, "loginurl": "/general/status.html"}
    good = "AuthCookie" in browser("POST", "/general/status.html", data=sent).headers.get("set-cookie", "")
    browser("GET", "/etc/logout.html")
    return good


def bizhub(browser, user, password):
    browser("GET", "/wcd/index.html")
    sent = {"func": "PSL_LP1_LOG", "R_ADM": "AdminAdmin", "username": "", "password": password}
    good = 'document.cookie="adm=AS_COU"' in browser("POST", "/wcd/login.cgi", data=sent).text
    browser("POST", "/wcd/a_user.cgi", data={"func": "PSL_ACO_LGO"})
    return good


def canon_mf(browser, user, password):
    sent = {"iToken": "", "i0012": "1", "i0014": user, "i0016": password, "i0019": "", "i2101": password}
    good = browser("POST", "/checkLogin.cgi", data=sent).cookies.get("sessid") is not None
    browser("GET", "/logout.cgi")
    return good


def riello(browser, user, password):
    told = browser("POST", "/cgi-bin/login.cgi", data={"username": user, "password": password})
    session = told.headers.get("Set-Cookie", "")
    inside = browser("GET", "/cgi-bin/changepwd.cgi", headers={"Cookie": session}).text
    browser("GET", "/cgi-bin/logout.cgi", headers={"Cookie": session})
    return ">Change password<" in inside


def by_header(path, header, bye):
    """JSON with the account; a header of the answer is the session, and goes with the logout."""

    def login(browser, user, password):
        origin = {"Referer": f"{browser.base.removesuffix(':443')}/"}
        sent = {"username": user, "password": password}
        token = browser("POST", path, json=sent, headers=origin).headers.get(header)
        browser(*bye, headers=origin | {header: token or ""})
        return token is not None

    return login


LOGINS = {
    "ricoh-web": ricoh, "kyocera-rx": kyocera, "bizhub": bizhub,
    "edgeswitch": by_header("/api/v1.0/user/login", "x-auth-token", ("POST", "/api/v1.0/user/logout")),
    "airos-8": by_header("/api/auth", "X-CSRF-ID", ("GET", "/logout.cgi")),
    "canon-mf": canon_mf, "canon-mf-pin": canon_mf, "riello-netman": riello,
    "cisco-rv": cisco_rv, "tplink-plain": tplink_plain, "dlink-620": dlink_620, "arubaos": arubaos,
    "dahua": dahua, "kbvision": dahua, "zte-old": zte_old, "zte-new": zte_new, "huawei-ont": huawei, "tplink-cookie": tplink_cookie,
    "dlink-session": dlink_session, "dlink-auth": dlink_auth, "dlink-hnap": hnap, "ruijie-reyee": reyee, "reolink": reolink,
    "foscam": foscam, "tvt": tvt, "tplink-ipc": tplink_ipc, "synology": synology, "qnap": qnap, "linksys-jnap": jnap, "apc-nmc": apc,
    "dlink-dsl": dsl, "airos": airos, "sophos": sophos,
    "acti": lambda browser, user, password: "LOGIN='1'" in browser("GET", f"/cgi-bin/system?USER={quote(user)}&PWD={quote(password)}&LOGIN&SYSTEM_INFO").text,
    "xiongmai": form("/Login.htm", named("username", "password"), lambda answer, _: re.search(r"g_user='\w", answer.text) is not None),
    "draytek": form("/cgi-bin/wlogin.cgi", named("aa", "ab", b64, b64), cookie("SESSION_ID_VIGOR"), "/doc/online1.sht", "/cgi-bin/wlogout.cgi"),
    "edgeos": form("/", named("username", "password"), cookie("PHPSESSID"), bye="/logout"),
    "cisco-sg": form("/nikola_login.html", named("uname", "pwd2", str, b64), cookie("SID"), "/SetupSystemSummary.html", "/nikola_logout.html"),
    "netgear-switch": form("/base/main_login.html", named("x", "pwd"), cookie("SID"), bye="/base/main_logout.html"),
    "asus": form("/login.cgi", lambda user, password: {"login_authorization": b64(f"{user}:{password}")}, cookie("asus_token"), bye="/Logout.asp"),
    "ruijie-nbr": form("/login.cgi", named("user", "password"), says("index.htm?_"), bye="/logout.cgi"),
    "tenda": form("/login/Auth", named("username", "password", str, md5), goes("main.html"), "/main.html", "/goform/exit"),
    "aruba-instant": aruba_instant,
    "totolink": form("/cgi-bin/cstecgi.cgi?action=login", named("username", "password"), goes("authCode=1"), "/home.asp", "/logout.htm"),
    "fortinet": form("/logincheck", named("username", "secretkey"), lambda answer, _: answer.text.startswith("1"), bye="/logout"),
    "canon-printer": form("/login", named("deptid", "password"), cookie("com.canon.meap"), "/portal_top.html", "/logout"),
    "brother-token": brother_token,
    "brother-printer": form("/general/status.html", named("x", "B12a1"), cookie("AuthCookie"), bye="/etc/logout.html"),
}  # fmt: skip
