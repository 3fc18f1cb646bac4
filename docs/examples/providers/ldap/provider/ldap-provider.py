"""Entries of LDAP directories, by the programs of OpenLDAP. Passwords reach those through pipes that only they have."""
import base64
import os
import subprocess

from plumb_provider import Failed, State, serve

SECONDS = 20
NO_SUCH_OBJECT, WRONG_PASSWORD = 32, 49
NEVER_TOLD = {"userpassword"}


class Directory:
    def __init__(self, want):
        self.server = ["-H", want.get("server", "ldapi:///"), "-o", "nettimeout=%d" % SECONDS]
        self.login, self.password = ["-Q", "-Y", "EXTERNAL"], None
        if "bind_dn" in want:
            self.login, self.password = ["-x", "-D", want["bind_dn"]], want.get("bind_password", "")

    def run(self, program, *words, text="", expected=(0,), secrets=()):
        """`secrets` are options and what the program finds in the file behind each."""
        secrets = ([("-y", self.password)] if self.password else []) + list(secrets)
        return self.run_as(self.login, program, *words, text=text, expected=expected, secrets=secrets)

    def run_as(self, login, program, *words, text="", expected=(0,), secrets=()):
        pipes, options = [], []
        for option, secret in secrets:
            reading, writing = os.pipe()
            pipes.append(reading)
            options += [option, "/dev/fd/%d" % reading]
            os.write(writing, secret.encode())  # a pipe takes 4 KiB without a reader
            os.close(writing)
        command = [program, *self.server, *login, *options, *words]
        try:
            ran = subprocess.run(command, input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 pass_fds=pipes, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            raise Failed("%s: no answer within %d s" % (program, SECONDS), "does the server run?")
        finally:
            for pipe in pipes:
                os.close(pipe)
        if ran.returncode not in expected:
            said = ran.stderr.decode("utf-8", "replace").strip()
            hint = "does the server run?" if "contact" in said else ""
            raise Failed(said or "%s ended with exit code %d" % (program, ran.returncode), hint)
        return ran

    def read(self, dn):
        """The entry's attributes and values; None where it is not there."""
        ran = self.run("ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-b", dn, "-s", "base", "(objectClass=*)",
                       expected=(0, NO_SUCH_OBJECT))
        if ran.returncode == NO_SUCH_OBJECT:
            return None
        found = {}
        for line in ran.stdout.decode("ascii").splitlines()[1:]:
            name, colon, value = line.partition(":")
            if not colon or name.lower() in NEVER_TOLD:
                continue
            if value.startswith(":"):
                value = " " + base64.b64decode(value[1:]).decode("utf-8", "surrogateescape")
            found.setdefault(name, []).append(value[1:])
        return found

    def holds(self, dn, password):
        ran = self.run_as(["-x", "-D", dn], "ldapwhoami", expected=(0, WRONG_PASSWORD), secrets=[("-y", password)])
        return ran.returncode == 0


def ldif(name, value):
    return "%s:: %s\n" % (name, base64.b64encode(value.encode()).decode())


def values_of(name, found):
    return next((values for each, values in found.items() if each.lower() == name.lower()), [])


class LdapEntry:
    def observe(self, request):
        want, directory = request.want, Directory(request.want)
        try:
            found = directory.read(want["dn"])
        except FileNotFoundError:
            return State(None, missing={"package:ldap-utils": "dn"})
        if found is None:
            return None
        asked = want.get("attributes")
        if asked is None:  # all that is text: what `undo` makes it of again
            return {"attributes": {name: sorted(values) for name, values in found.items() if is_text(values)}}
        told = {name: values_of(name, found) for name in asked}
        binary = [name for name, values in told.items() if not is_text(values)]
        if binary:
            raise Failed("%s holds bytes that are no text" % binary[0])
        same = ["attributes"] if all(set(told[name]) == set(asked[name]) for name in asked) else []
        state = {"attributes": told}
        if "password" in want and directory.holds(want["dn"], want["password"]):
            state["password"] = want["password"]
        return State(state, same)

    def apply(self, request):
        want, directory = request.want, Directory(request.want)
        text = ldif("dn", want["dn"])
        if request.verb == "delete":
            directory.run("ldapmodify", text=text + "changetype: delete\n")
            return
        is_new, asked = directory.read(want["dn"]) is None, want.get("attributes", {})
        text += "changetype: %s\n" % ("add" if is_new else "modify")
        for name, values in asked.items():
            text += "" if is_new else "replace: %s\n" % name
            text += "".join(ldif(name, value) for value in values) + ("" if is_new else "-\n")
        if asked or is_new:
            directory.run("ldapmodify", text=text)
        if "password" in want and not directory.holds(want["dn"], want["password"]):
            directory.run("ldappasswd", want["dn"], secrets=[("-T", want["password"])])


def is_text(values):
    return not any("\udc80" <= each <= "\udcff" for value in values for each in value)


serve("ldap", "0.1.0", {"ldap_entry": LdapEntry()})
