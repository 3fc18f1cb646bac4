"""Types a file into the language server from its first byte to its last, and asks at each of them what could follow.

    lsp_prefixes.py PLUMB FILE
"""
import json
import pathlib
import subprocess
import sys

plumb, file = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
server = subprocess.Popen([plumb, "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
last = 0
told = {}  # the findings that were told of each version of the file


def send(method, params, asks=False):
    global last
    message = {"jsonrpc": "2.0", "method": method, "params": params}
    if asks:
        last += 1
        message["id"] = last
    text = json.dumps(message).encode()
    server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(text) + text)
    server.stdin.flush()


def receive():
    length = 0
    while (line := server.stdout.readline().strip()):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    if length == 0:
        sys.exit("the server is gone, with %s" % server.wait())
    message = json.loads(server.stdout.read(length))
    params = message.get("params", {})
    if params.get("uri") == file.as_uri() and "diagnostics" in params:
        told[params.get("version")] = params["diagnostics"]
    return message


def ask(method, params):
    send(method, params, asks=True)
    while True:
        message = receive()
        if message.get("id") == last and "method" not in message:
            return message


def findings(version):
    # They come when the server finds the time, before an answer or after it.
    while version not in told:
        receive()
    return told[version]


text = file.read_text()
document = {"uri": file.as_uri()}
ask("initialize", {"capabilities": {"general": {"positionEncodings": ["utf-32"]}}})
send("textDocument/didOpen", {"textDocument": {**document, "languageId": "yaml", "version": 0, "text": ""}})
for end in range(1, len(text) + 1):
    typed = text[:end]
    change = {"textDocument": {**document, "version": end}, "contentChanges": [{"text": typed}]}
    send("textDocument/didChange", change)
    lines = typed.split("\n")
    here = {"textDocument": document, "position": {"line": len(lines) - 1, "character": len(lines[-1])}}
    for method in ("textDocument/completion", "textDocument/hover"):
        answer = ask(method, here)
        if "result" not in answer:
            sys.exit("after %r: %s" % (typed[-40:], answer))
if found := findings(len(text)):
    sys.exit("the whole file has findings: %s" % found)
ask("shutdown", None)
send("exit", None)
sys.exit(server.wait())
