"""A stand-in for HashiCorp Vault and OpenBao, by their documented HTTP API: the key-value engine in both versions, AppRole,
namespaces, tokens with policies, over TLS. Paths, methods, status codes and bodies are those of the documentation; nothing
else is there. It keeps all in memory, and notes each request in the file that it is given, without what is in it.

vault_server.py CERTIFICATE KEY LOG [KEPT]: prints its port, and goes on until it is ended. KEPT is a file with a map of
paths to fields, for the engine of version 2.
"""
import http.server
import json
import ssl
import sys
import time
import urllib.parse

TOKENS = {"hvs.root": {"namespaces": {"", "ops"}, "may": {"read", "create", "update"}},
          "hvs.reader": {"namespaces": {""}, "may": {"read"}}}
ROLES = {"5f3c2b1a": {"secret_ids": {"canary-secret-id"}, "token": "hvs.of-a-role"}}
MOUNTS = {"secret": 2, "old": 1}  # of each namespace
KEPT = {}  # by namespace, mount and path: of version 1 the fields, of version 2 a list of versions; None was deleted
DELETED = "2026-01-02T03:04:05.000000006Z"


def keep(namespace, mount, path, versions):
    KEPT[(namespace, mount, path)] = versions


keep("", "secret", "db/web", [{"password": "canary-vault-old"}, {"password": "canary-vault", "port": 5432}])
keep("", "secret", "gone", [{"password": "canary-gone"}, None])
keep("", "old", "mail", {"password": "canary-first"})
keep("ops", "secret", "db/web", [{"password": "canary-ops"}])
if len(sys.argv) > 4:
    with open(sys.argv[4]) as more:
        for name, given in json.load(more).items():
            keep("", "secret", name, [given])


class Vault(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body=None):
        text = b"" if body is None else json.dumps(body).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def refuse(self, status, *errors, **more):
        self.answer(status, {"errors": list(errors), **more})

    def do_GET(self):
        self.work("read")

    def do_POST(self):
        self.work("create")

    do_PUT = do_POST

    def work(self, right):
        url = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(url.query)
        size = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(size)) if size else {}
        with open(sys.argv[3], "a") as log:
            log.write(f"{self.command} {self.path}\n")
        if self.headers.get("X-Vault-Request") != "true":
            return self.refuse(412, "missing X-Vault-Request header")
        namespace = self.headers.get("X-Vault-Namespace", "").strip("/")
        path = url.path.removeprefix("/v1/")
        if path == "auth/approle/login":
            return self.log_in(body)
        if path.startswith("secret/data/slow"):
            time.sleep(30)
        if path.startswith("secret/data/sealed"):
            return self.refuse(503, "Vault is sealed")
        if path.startswith("secret/data/moved"):
            self.send_response(307)
            self.send_header("Location", "https://127.0.0.1:1/v1/" + path)
            self.send_header("Content-Length", "0")
            return self.end_headers()
        if path.startswith("secret/data/large"):
            return self.answer(200, {"data": {"data": {"password": "x" * (2 << 20)}, "metadata": {"version": 1}}})
        token = TOKENS.get(self.headers.get("X-Vault-Token", ""))
        if token is None or namespace not in token["namespaces"] or right not in token["may"]:
            return self.refuse(403, "1 error occurred:\n\t* permission denied\n\n")
        mount, _, rest = path.partition("/")
        if mount not in MOUNTS:
            return self.refuse(404, f'no handler for route "{path}". route entry not found.')
        if MOUNTS[mount] == 1:
            return self.first(right, (namespace, mount, rest), body)
        if not rest.startswith("data/"):
            return self.refuse(404, warnings=["Invalid path for a versioned K/V secrets engine. See the API docs for the "
                                              "appropriate API endpoints to use."])
        self.second(right, (namespace, mount, rest.removeprefix("data/")), query, body)

    def log_in(self, body):
        role = ROLES.get(body.get("role_id"))
        if role is None or body.get("secret_id") not in role["secret_ids"]:
            return self.refuse(400, "invalid role or secret ID")
        TOKENS[role["token"]] = {"namespaces": {""}, "may": {"read"}}
        self.answer(200, {"auth": {"client_token": role["token"], "lease_duration": 1200, "renewable": True}})

    def first(self, right, place, body):
        if right == "read":
            if place not in KEPT:
                return self.refuse(404)
            return self.answer(200, {"data": KEPT[place], "lease_duration": 2764800, "renewable": False})
        KEPT[place] = body
        self.answer(204)

    def second(self, right, place, query, body):
        versions = KEPT.get(place, [])
        if right == "read":
            version = int(query.get("version", ["0"])[0]) or len(versions)
            if version < 1 or version > len(versions):
                return self.refuse(404)
            fields = versions[version - 1]
            metadata = {"version": version, "destroyed": False, "custom_metadata": None,
                        "created_time": DELETED, "deletion_time": "" if fields is not None else DELETED}
            return self.answer(200 if fields is not None else 404, {"data": {"data": fields, "metadata": metadata}})
        cas = body.get("options", {}).get("cas")
        if cas is not None and cas != len(versions):
            return self.refuse(400, "check-and-set parameter did not match the current version")
        KEPT.setdefault(place, []).append(body["data"])
        self.answer(200, {"data": {"version": len(KEPT[place]), "destroyed": False, "deletion_time": ""}})


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Vault)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
