#!/usr/bin/env python3
import os

from plumb_provider import Failed, State, replace_file, serve


class Kind:
    def observe(self, request):
        path = request.want["path"]
        if not os.path.lexists(path):
            return None
        if not os.path.isfile(path):
            return State({}, obstacle=path + " is no file")
        try:
            with open(path, encoding="utf-8", newline="") as file:
                return {"text": file.read()}
        except (OSError, UnicodeDecodeError) as error:
            raise Failed("cannot read %s: %s" % (path, error))

    def apply(self, request):
        path = request.want["path"]
        try:
            if request.verb == "delete":
                os.unlink(path)
            else:
                replace_file(path, request.want.get("text", ""))
        except OSError as error:
            raise Failed("cannot change %s: %s" % (path, error.strerror))


serve("@NAME@", "0.1.0", {"@KIND@": Kind()})
