"""Records of DNS zones in files (RFC 1035, 5). Only the records that change and the serial are written anew."""
import ipaddress
import os
import re
import shutil
import subprocess
import tempfile
from types import SimpleNamespace

from plumb_provider import Failed, State, replace_file, serve

TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|;[^\n]*|[()\n]|[ \t\r]+|(?:\\.|[^ \t\r\n;()"\\])+')
STRING = r'\\.|"(?:\\.|[^"\\])*"|;[^\n]*'
ENTRY = re.compile(r'(?:%s|[^\n"();\\]|\((?:%s|[^"();\\])*\))*\n' % (STRING, STRING))
TTL = re.compile(r"(?:\d+[wdhmsWDHMS]?)+")
SECONDS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1, "": 1}
NAMES_AT = {"CNAME": [0], "DNAME": [0], "NS": [0], "PTR": [0], "MX": [1], "SRV": [3], "SOA": [0, 1]}


def absolute(name, origin):
    if name == "@":
        return origin
    return (name if name.endswith(".") else name + ("." if origin == "." else "." + origin)).lower()


def canonical(kind, data, origin):
    """A value as one text, so that two that mean the same are equal."""
    data = [absolute(each, origin) if at in NAMES_AT.get(kind, []) else each for at, each in enumerate(data)]
    try:
        return str(ipaddress.ip_address(data[0])) if kind in ("A", "AAAA") else " ".join(data)
    except (ValueError, IndexError):
        return " ".join(data)


def words(text):
    return [match for match in TOKEN.findall(text) if match.strip() and match not in "()" and match[0] != ";"]


def seconds(text):
    return sum(int(count) * SECONDS[unit.lower()] for count, unit in re.findall(r"(\d+)([a-zA-Z]?)", text))


class Zone:
    def __init__(self, path, name):
        try:
            with open(path, encoding="latin-1", newline="") as file:
                text = file.read()
        except OSError as error:
            raise Failed("cannot read %s: %s" % (path, error.strerror))
        self.path, self.name = path, absolute(name, ".")
        texts = ENTRY.findall(text if text.endswith("\n") else text + "\n")
        if len("".join(texts)) < len(text):
            raise Failed("%s has quotes or brackets without an end" % path)
        # A directive or a record each, with the text that it stands in, line end and comments too.
        self.entries = [SimpleNamespace(text=each, owner=None, type=None, ttl=None, data=[]) for each in texts]
        self.understand()

    def understand(self):
        origin, owner, default = self.name, None, None
        for entry in self.entries:
            rest = words(entry.text)
            if rest[:1] in (["$INCLUDE"], ["$GENERATE"]):
                raise Failed("%s has %s, which is not seen through" % (self.path, rest[0]))
            if rest[:1] == ["$ORIGIN"]:
                origin = absolute(rest[1], origin)
            elif rest[:1] == ["$TTL"]:
                default = seconds(rest[1])
            elif rest:
                entry.inherits = entry.text[0] in " \t"
                owner = owner if entry.inherits else absolute(rest.pop(0), origin)
                while rest and (rest[0].upper() in ("IN", "CH", "HS") or TTL.fullmatch(rest[0])):
                    word = rest.pop(0)
                    entry.ttl = entry.ttl if word.upper() in ("IN", "CH", "HS") else seconds(word)
                entry.owner, entry.type = owner, rest.pop(0).upper() if rest else None
                entry.ttl = default if entry.ttl is None else entry.ttl
                entry.data, entry.value = rest, canonical(entry.type, rest, origin)

    def records(self, owner, kind):
        return [entry for entry in self.entries if entry.owner == owner and entry.type == kind]

    def replace(self, owner, kind, lines):
        """What keeps its owner only by what stands before it gets it in writing."""
        old, text, last = self.records(owner, kind), [], None
        for entry in self.entries:
            if entry in old:
                text += lines if entry is old[0] else []
                last = owner if entry is old[0] and lines else last
                continue
            text.append(entry.owner + entry.text if entry.owner not in (None, last) and entry.inherits else entry.text)
            last = entry.owner or last
        return "".join(text + ([] if old else lines))

    def raise_serial(self):
        found = self.records(self.name, "SOA")
        if len(found) != 1 or len(found[0].data) < 3 or not found[0].data[2].isdigit():
            raise Failed("%s has no SOA record with a serial" % self.path)
        text, serial = found[0].text, found[0].data[2]
        begin = text.index(serial, text.index(found[0].data[1], re.search("SOA", text, re.I).end()) + len(found[0].data[1]))
        found[0].text = text[:begin] + str(int(serial) % 0xFFFFFFFF + 1) + text[begin + len(serial):]


class DnsRecord:
    def observe(self, request):
        if not os.path.exists(request.want["file"]):
            return State(missing={} if request.want.get("state") == "absent" else {"file:" + request.want["file"]: "file"})
        zone, owner, kind = self.of(request)
        found = zone.records(owner, kind)
        if not found:
            return None
        told = {"values": [entry.value for entry in found], "ttl": found[0].ttl}
        asked = [canonical(kind, words(value), zone.name) for value in request.want.get("values", [])]
        return State(told, same=["values"] if asked and set(asked) == set(told["values"]) else [])

    def apply(self, request):
        zone, owner, kind = self.of(request)
        old = zone.records(owner, kind)
        if request.verb != "delete" and "values" not in request.want and not old:
            raise Failed("there is no such record yet, and `values` does not say what it is")
        ttl = request.want.get("ttl", old[0].ttl if old else None)
        values = request.want.get("values", [entry.value for entry in old]) if request.verb != "delete" else []
        line = "%s%s IN %s %%s\n" % (owner, "" if ttl is None else " %d" % ttl, kind)
        made = [line % canonical(kind, words(value), zone.name) for value in dict.fromkeys(values)]
        zone.raise_serial()
        text = zone.replace(owner, kind, made).encode("latin-1")
        check(zone.name, text)
        replace_file(zone.path, text)

    @staticmethod
    def of(request):
        name, kind = request.want["record"].split(" ")
        zone, owner = Zone(request.want["file"], request.want["zone"]), absolute(name, ".")
        if kind == "SOA" or owner != zone.name and not owner.endswith("." + zone.name):
            raise Failed("%s %s is no record within the zone %s" % (owner, kind, zone.name), "`record` is a full name and a type")
        return zone, owner, kind


def check(name, text):
    """As named reads it, where its checker is there."""
    if shutil.which("named-checkzone") is None:
        return
    with tempfile.NamedTemporaryFile() as file:
        file.write(text)
        file.flush()
        ran = subprocess.run(["named-checkzone", "-i", "local", name, file.name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if ran.returncode != 0:
        raise Failed("the zone would not be valid: " + ran.stdout.decode("utf-8", "replace").replace(file.name, "zone"))


serve("dns-zone", "0.1.0", {"dns_record": DnsRecord()})
