"""How open clients log in to the web pages of the emulated kinds: one function a mechanism, True where let in."""

import base64
import hashlib
import hmac
import json
import re
import secrets
from datetime import UTC, datetime
from urllib.parse import quote

GUARDED = {
    "hikvision": ("digest", "/ISAPI/System/deviceInfo", "GET"),
    "axis": ("digest", "/axis-cgi/param.cgi?action=list&group=root.Brand", "GET"),
    "hanwha": ("digest", "/stw-cgi/system.cgi?msubmenu=deviceinfo&action=view", "GET"),
    "vivotek": ("basic", "/cgi-bin/admin/getparam.cgi", "GET"),
    "uniview": ("digest", "/LAPI/V1.0/System/DeviceBasicInfo", "GET"),
    "mikrotik": ("basic", "/rest/system/resource", "GET"),
    "hp-printer": ("basic", "/hp/device/set_config_password.html", "GET"),
    "eaton-ups": ("digest", "/", "GET"),
    "sonicwall": ("basic", "/api/sonicos/auth", "POST"),
} | dict.fromkeys(("avtech", "milesight", "zte-zxv10", "tplink-basic", "dlink-dsl-basic", "cisco-ios", "linksys-basic", "netgear-basic", "asus-basic", "generic-basic"), ("basic", "/", "GET"))  # fmt: skip


def b64(text):
    return base64.b64encode(text.encode()).decode()


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def dahua(browser, user, password):
    def rpc(path, method, session=None, **params):
        return browser("POST", path, json={"method": method, "params": params, "id": 1, "session": session}).json()

    offer = rpc("/RPC2_Login", "global.login", userName=user, password="", clientType="Web3.0")
    realm, random = offer["params"]["realm"], offer["params"]["random"]
    proof = md5(f"{user}:{random}:{md5(f'{user}:{realm}:{password}').upper()}").upper()
    told = rpc("/RPC2_Login", "global.login", offer["session"], userName=user, password=proof, authorityType="Default")
    if not told["result"]:
        return False
    good = rpc("/RPC2", "magicBox.getSystemInfo", offer["session"])["result"]
    rpc("/RPC2", "global.logout", offer["session"])
    return good


def form(path, fields, good, read="", bye=""):
    """A form: `fields(user, password)`; `good(answer, browser)`; then a protected page and the way out."""

    def login(browser, user, password):
        browser("GET", "/")
        answer = browser("POST", path, data=fields(user, password))
        found = good(answer, browser)
        if found and read:
            found = browser("GET", read).status_code == 200
        if found and bye:
            browser("GET", bye)
        return found

    return login


def named(user_field, password_field, user_code=str, password_code=str):
    return lambda user, password: {user_field: user_code(user), password_field: password_code(password)}


def goes(where):
    return lambda answer, browser: answer.is_redirect and where in answer.headers["Location"]


def cookie(name):
    return lambda answer, browser: browser.cookie(name)


def says(text):
    return lambda answer, browser: text in answer.text


def zte_old(browser, user, password):
    token = re.search(r'Frm_Logintoken"\)\.value = "(\d+)"', browser("GET", "/").text).group(1)
    fields = {"action": "login", "Frm_Logintoken": token, "Username": user, "Password": password, "frashnum": ""}
    good = "start.ghtml" in browser("POST", "/", data=fields).headers.get("Location", "")
    if good:
        browser("POST", "/", data={"action": "logout"})
    return good


def zte_new(browser, user, password):
    browser("GET", "/")
    token = browser("GET", "/?_type=loginData&_tag=login_entry").json()["sess_token"]
    nonce = re.search(r">(\d+)<", browser("GET", "/?_type=loginData&_tag=login_token").text).group(1)
    fields = {"action": "login", "Username": user, "Password": sha256(password + nonce), "_sessionTOKEN": token}
    good = browser("POST", "/?_type=loginData&_tag=login_entry", data=fields).json()["login_need_refresh"]
    if good:
        browser("POST", "/?_type=loginData&_tag=logout_entry", data={"IF_LogOff": "1"})
    return good


def huawei(browser, user, password):
    token = browser("POST", "/asp/GetRandCount.asp").content.decode("utf-8-sig")
    fields = {"UserName": user, "PassWord": b64(password), "Language": "english", "x.X_HW_Token": token}
    browser("POST", "/login.cgi", data=fields, headers={"Cookie": "Cookie=body:Language:english:id=-1"})
    good = "safelogin.js" not in browser("GET", "/index.asp").text
    browser("POST", "/logout.cgi?RequestFile=html/logout.html")
    return good


def tplink_cookie(browser, user, password):
    sent = "Authorization=" + quote(f"Basic {b64(f'{user}:{md5(password)}')}")
    answer = browser("GET", "/userRpm/LoginRpm.htm?Save=Save", headers={"Cookie": sent})
    found = re.search(r"/([A-Z]{16})/userRpm/Index.htm", answer.text)
    if found:
        browser("GET", f"/{found.group(1)}/userRpm/LogoutRpm.htm")
    return bool(found)


def dlink_session(browser, user, password):
    head = {"Cookie": "uid=AbCdEfGhIj"}
    fields = {"REPORT_METHOD": "xml", "ACTION": "login_plaintext", "USER": user, "PASSWD": password, "CAPTCHA": ""}
    good = "<RESULT>SUCCESS<" in browser("POST", "/session.cgi", data=fields, headers=head).text
    if good:
        browser("POST", "/session.cgi", data={"REPORT_METHOD": "xml", "ACTION": "logout"}, headers=head)
    return good


def hmac_md5(key, text):
    return hmac.new(key.encode(), text.encode(), "md5").hexdigest().upper()


def dlink_auth(browser, user, password):
    offer = browser("GET", "/authentication.cgi?captcha=&dummy=1").json()
    head = {"Cookie": f"uid={offer['uid']}"}
    fields = {"id": user, "password": hmac_md5(password, user + offer["challenge"])}
    good = browser("POST", "/authentication.cgi", data=fields, headers=head).json()["status"] == "ok"
    if good:
        browser("POST", "/session.cgi", data={"ACTION": "logout"}, headers=head)
    return good


def hnap(browser, user, password):
    def ask(action, body, **head):
        name = f'"http://purenetworks.com/HNAP1/{action}"'
        text = f'<soap:Envelope><soap:Body><{action} xmlns="http://purenetworks.com/HNAP1/">{body}</{action}></soap:Body></soap:Envelope>'
        return browser("POST", "/HNAP1/", data=text, headers={"SOAPAction": name} | head).text

    body = "<Action>{}</Action><Username>{}</Username><LoginPassword>{}</LoginPassword><Captcha></Captcha>"
    offer = dict(re.findall(r"<(Challenge|Cookie|PublicKey)>([^<]*)<", ask("Login", body.format("request", user, ""))))
    key = hmac_md5(offer["PublicKey"] + password, offer["Challenge"])
    jar = f"uid={offer['Cookie']}"
    told = ask("Login", body.format("login", user, hmac_md5(key, offer["Challenge"])), Cookie=jar)
    if "<LoginResult>success<" not in told:
        return False
    for action in ("GetWanStatus", "Logout"):
        proof = hmac_md5(key, f'171"http://purenetworks.com/HNAP1/{action}"') + " 171"
        told = ask(action, "", Cookie=jar, HNAP_AUTH=proof)
    return ">OK<" in told


def onvif(browser, user, password):
    def ask(action, head=""):
        text = (
            f'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header>{head}</s:Header><s:Body>'
            f'<{action} xmlns="http://www.onvif.org/ver10/device/wsdl"/></s:Body></s:Envelope>'
        )
        return browser("POST", "/onvif/device_service", data=text, headers={"Content-Type": "application/soap+xml"})

    clock = dict(re.findall(r"<tt:(Year|Month|Day|Hour|Minute|Second)>(\d+)<", ask("GetSystemDateAndTime").text))
    now = datetime(*(int(clock[name]) for name in ("Year", "Month", "Day", "Hour", "Minute", "Second")), tzinfo=UTC)
    nonce, created = secrets.token_bytes(16), now.strftime("%Y-%m-%dT%H:%M:%SZ")
    digest = base64.b64encode(hashlib.sha1(nonce + created.encode() + password.encode()).digest()).decode()
    token = (
        f"<Security><UsernameToken><Username>{user}</Username><Password Type='x#PasswordDigest'>{digest}</Password>"
        f"<Nonce>{base64.b64encode(nonce).decode()}</Nonce><Created>{created}</Created></UsernameToken></Security>"
    )
    return ask("GetDeviceInformation", token).status_code == 200


def reyee(browser, user, password):
    from cryptography.hazmat.primitives import padding
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    key = re.search(r"GibberishAES\.enc\(pwd, '([^']+)'", browser("GET", "/").text).group(1).encode()
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
    sent = {"method": "login", "params": {"username": user, "password": sealed, "encry": True}}
    told = browser("POST", "/cgi-bin/luci/api/auth", json=sent).json()
    if told["code"]:
        return False
    browser("POST", f"/cgi-bin/luci/api/auth?auth={told['data']['token']}", json={"method": "logout"})
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


LOGINS = {
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
    "aruba-instant": form("/swarm.cgi", named("user", "passwd"), says('true">Admin'), bye="/swarm-logout.cgi"),
    "tenda": form("/login/Auth", named("username", "password", str, md5), goes("main.html"), "/main.html", "/goform/exit"),
    "totolink": form("/cgi-bin/cstecgi.cgi?action=login", named("username", "password"), goes("authCode=1"), "/home.asp", "/logout.htm"),
    "fortinet": form("/logincheck", named("username", "secretkey"), lambda answer, _: answer.text.startswith("1"), bye="/logout"),
    "canon-printer": form("/login", named("deptid", "password"), cookie("com.canon.meap"), "/portal_top.html", "/logout"),
    "brother-printer": form("/general/status.html", named("x", "B1f8"), cookie("AuthCookie"), bye="/etc/logout.html"),
    "riello-netman": form("/cgi-bin/login.cgi", named("username", "password"), says("window.location.replace("), bye="/cgi-bin/logout.cgi"),
}  # fmt: skip
