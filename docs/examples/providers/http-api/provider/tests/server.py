"""An API to try the provider with: objects in memory, behind a token, which the server stamps with an id and a revision.

    server.py FOLDER [JSON]   starts it, listening on port $PORT or 8931, and puts JSON, {"NAME": {...}}, in place of all objects

It ends once FOLDER is gone.
"""
import http.client
import http.server
import json
import os
import sys
import threading
import time
import urllib.parse

PORT = int(os.environ.get("PORT", "8931"))
TOKEN = "an example's token"
objects = {}


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, code, body=None):
        text = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def handle_any(self):
        name = urllib.parse.unquote(self.path[len("/things/"):])
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "null")
        if self.path == "/all" and self.command == "PUT":
            objects.clear()
            for each, fields in body.items():
                objects[each] = dict(fields, id=len(objects), revision=1)
            return self.answer(200)
        if self.headers.get("Authorization") != "Bearer " + TOKEN:
            return self.answer(401)
        if self.command == "PUT":
            old = objects.get(name, {"id": len(objects), "revision": 0})
            objects[name] = dict(body, id=old["id"], revision=old["revision"] + 1)
        if name not in objects:
            return self.answer(404)
        self.answer(200, objects.pop(name) if self.command == "DELETE" else objects[name])

    do_GET = do_PUT = do_DELETE = handle_any

    def log_message(self, *_):
        pass


def replace_all(text):
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
    connection.request("PUT", "/all", text)
    connection.getresponse().read()


def start(folder):
    listening = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
    if os.fork():
        return
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    while os.path.isdir(folder):
        time.sleep(0.2)
    os._exit(0)


try:
    replace_all(sys.argv[2] if len(sys.argv) > 2 else "{}")
except OSError:
    start(sys.argv[1])
    replace_all(sys.argv[2] if len(sys.argv) > 2 else "{}")
