"""Speaks plumb's provider protocol, version 1. Needs Python 3.6 and nothing else.

    from plumb_provider import Failed, serve

    class Note:
        def observe(self, request):   # reads: a dict of attributes, None where there is no such thing, or a State
            ...
        def apply(self, request):     # makes it so
            ...

    serve("notes", "0.1.0", {"note": Note()})
"""
import json
import os
import sys
import tempfile
import traceback


class Failed(Exception):
    """Nothing honest can be said, or it cannot be done."""

    def __init__(self, message, hint=""):
        super().__init__(message)
        self.message, self.hint = str(message), hint


class State:
    """What observe() may answer beside a dict or None.

    same: names of attributes that are written otherwise than asked for, and mean the same
    missing: {"package:redis-server": "name"}, what it cannot do without, and the attribute that asks for it
    obstacle: why what is asked for cannot be reached from here
    """

    def __init__(self, attributes=None, same=(), missing=None, obstacle="", hint=""):
        self.attributes, self.same, self.missing = attributes, list(same), dict(missing or {})
        self.obstacle, self.hint = obstacle, hint

    def answer(self):
        answer = {"exists": self.attributes is not None}
        if self.attributes is not None:
            answer["attributes"] = self.attributes
        if self.same:
            answer["same"] = self.same
        if self.missing:
            answer["missing"] = [{"what": what, "attribute": name} for what, name in self.missing.items()]
        if self.obstacle:
            answer["obstacle"] = {"message": self.obstacle, "hint": self.hint}
        return answer


class Request:
    """One resource: kind, identity, want (what is asked for). Of apply also verb, before and changes; of observe
    withheld, the names of sensitive attributes that are not told."""

    def __init__(self, message):
        self.kind, self.identity = message["kind"], message["identity"]
        self.want = message.get("desired", {})
        self.withheld = message.get("withheld", [])
        self.verb = message.get("verb", "")
        self.before, self.changes = message.get("before", {}), message.get("changes", [])


def replace_file(path, text, mode=0o644):
    """Whoever looks finds the old file or the new one. What was there keeps its mode and owner."""
    folder, name = os.path.split(path)
    try:
        old = os.stat(path)
    except FileNotFoundError:
        old = None
    with tempfile.NamedTemporaryFile("wb", dir=folder, prefix=".plumb-", delete=False) as file:
        try:
            file.write(text if isinstance(text, bytes) else text.encode())
            os.fchmod(file.fileno(), old.st_mode & 0o7777 if old else mode)
            if old and (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
                os.fchown(file.fileno(), old.st_uid, old.st_gid)
            file.flush()
            os.fsync(file.fileno())
            os.replace(file.name, path)
        except BaseException:
            os.unlink(file.name)
            raise


def _answer(kinds, name, version, message):
    if message["call"] == "hello":
        return {"protocol": 1, "name": name, "version": version}
    try:
        kind, request = kinds[message["kind"]], Request(message)
        if message["call"] == "observe":
            state = kind.observe(request)
            return (state if isinstance(state, State) else State(state)).answer()
        kind.apply(request)
        return {"done": True}
    except Failed as error:
        return {"error": {"message": error.message, "hint": error.hint}}
    except Exception as error:  # of the provider itself
        traceback.print_exc()
        here = os.path.dirname(os.path.abspath(__file__))
        own = [each for each in traceback.extract_tb(error.__traceback__)
               if os.path.dirname(os.path.abspath(each[0])) == here][-1]
        return {"error": {"message": "%s: %s" % (type(error).__name__, error),
                          "hint": "%s, line %d, is where to look" % (os.path.basename(own[0]), own[1])}}


def serve(name, version, kinds):
    """Answers all requests. `name` and `version` are those of provider.yaml."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what is printed by the way is no answer
    for line in sys.stdin.buffer:
        message = json.loads(line.decode("utf-8"))
        answer = dict(_answer(kinds, name, version, message), id=message["id"])
        answers.write(json.dumps(answer, ensure_ascii=False) + "\n")
        answers.flush()
