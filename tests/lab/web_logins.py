"""What logins over the web are made of, and those that go by challenges."""

import base64
import hashlib
import hmac
import re
import secrets
from datetime import UTC, datetime
from urllib.parse import quote


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
