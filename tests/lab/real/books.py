"""What real servers write down of logins: through PAM, and in logs of their own."""

import re

TALLY_SIZE, TALLY_VALID = 64, 1
"""pam_faillock: bytes of one wrong login in a user's file, and the bit that says that it counts."""
DENY = 3
DROPBEAR = re.compile(r"(Password auth succeeded|Bad password attempt) for '([^']*)'")
NOBODY = "Login attempt for nonexistent user"
VSFTPD = re.compile(r"\[([^\[\]]*)\] (OK|FAIL) LOGIN")


def pam_rules(script, tally=None):
    """Rules that let `script` know of each login; with a folder for the tally three wrong ones lock an account."""
    lock = f"dir={tally} deny={DENY} unlock_time=0 even_deny_root nodelay"
    first = [f"auth requisite pam_faillock.so preauth {lock}"] if tally else []
    last = f"auth [default=die] pam_faillock.so authfail {lock}" if tally else "auth requisite pam_deny.so"
    return [
        *first,
        "auth [success=2 default=ignore] pam_unix.so nodelay",
        f"auth optional pam_exec.so quiet {script} refused",
        last,
        "auth required pam_permit.so",
        f"auth optional pam_exec.so quiet {script} accepted",
        "account required pam_unix.so",
        "password required pam_unix.so",
        f"session optional pam_exec.so quiet {script} -",
        "session required pam_permit.so",
    ]


def scribe(folder):
    """The script of `pam_rules`, and the book that it writes: kind of call, answer, account."""
    script, book = folder / "scribe", folder / "book"
    script.write_text(f'#!/bin/sh\necho "$PAM_TYPE $1 $PAM_USER" >> {book}\n')
    script.chmod(0o755)
    return script, book


def of_pam(text):
    """Attempts, sessions opened, sessions closed."""
    rows = [line.split(" ", 2) for line in text.splitlines()]
    attempts = [(row[2], row[1]) for row in rows if row[0] == "auth"]
    return attempts, *(sum(row[0] == kind for row in rows) for kind in ("open_session", "close_session"))


def of_dropbear(text):
    """Of a name that it does not know dropbear writes no name."""
    attempts = []
    for line in text.splitlines():
        found = DROPBEAR.search(line)
        if found:
            attempts.append((found[2], "accepted" if found[1].startswith("Password") else "refused"))
        elif NOBODY in line:
            attempts.append(("?", "refused"))
    return attempts, sum(answer == "accepted" for _, answer in attempts), len(re.findall(r"Exit \([^)]+\)", text))


def of_vsftpd(text):
    attempts = [(name, "accepted" if word == "OK" else "refused") for name, word in VSFTPD.findall(text)]
    left = len(re.findall(r'\] \[[^\[\]]+\] FTP command: Client "[^"]*", "QUIT"', text))
    return attempts, sum(answer == "accepted" for _, answer in attempts), left


def locked(folder):
    """Accounts that pam_faillock has locked."""
    return [path.name for path in folder.iterdir() if wrong_logins(path.read_bytes()) >= DENY]


def wrong_logins(tally):
    """How many count of the file of one user."""
    records = [tally[start : start + TALLY_SIZE] for start in range(0, len(tally), TALLY_SIZE)]
    return sum(int.from_bytes(one[54:56], "little") & TALLY_VALID for one in records)
