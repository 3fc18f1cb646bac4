"""A controller whose checks are switched off: speaks frames with a strict host over COMMAND and says what it was told.

strict_frames.py COMMAND MESSAGE: sends what the Python expression MESSAGE is, a dict or a list of them, and prints the
hello's charter, then the kind of each answer and what is said of a problem. In MESSAGE stand `cover(PLAN, HOST)`, which puts
together what an honest controller would show a host of a plan's file, `read(FILE)`, and `flip(TEXT, AT)`.
"""
import base64
import glob
import hashlib
import json
import os
import struct
import subprocess
import sys


def head(major, value):
    for size, code, form in ((24, None, None), (1 << 8, 24, ">B"), (1 << 16, 25, ">H"), (1 << 32, 26, ">I"), (1 << 64, 27, ">Q")):
        if value < size:
            return bytes([major << 5 | (value if code is None else code)]) + (b"" if form is None else struct.pack(form, value))
    raise ValueError(value)


def encode(value):
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", True: b"\xf5", False: b"\xf4"}[value]
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(encode(item) for item in value)
    return head(5, len(value)) + b"".join(encode(name) + encode(item) for name, item in value.items())


def decode(data, at=0):
    major, code = data[at] >> 5, data[at] & 31
    at += 1
    if major == 7:
        if code == 27:
            return struct.unpack(">d", data[at:at + 8])[0], at + 8
        return {20: False, 21: True, 22: None}[code], at
    value = code
    if code >= 24:
        size = 1 << (code - 24)
        value, at = int.from_bytes(data[at:at + size], "big"), at + size
    if major == 0:
        return value, at
    if major == 1:
        return -1 - value, at
    if major in (2, 3):
        text = data[at:at + value]
        return (text if major == 2 else text.decode()), at + value
    if major == 4:
        items = []
        for _ in range(value):
            item, at = decode(data, at)
            items.append(item)
        return items, at
    members = {}
    for _ in range(value):
        name, at = decode(data, at)
        members[name], at = decode(data, at)
    return members, at


def canonical(value):
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def sha(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def read(path):
    with open(path) as file:
        return file.read()


def flip(text, at=None):
    at = len(text) // 2 if at is None else at
    return text[:at] + chr(ord(text[at]) ^ 1) + text[at + 1:]


def cover(plan, host):
    shown = json.loads(subprocess.run([os.environ["PLUMB_BIN"] + "/plumb", "--output", "json", "show", "--slices", plan],
                                      check=True, capture_output=True, text=True).stdout)
    document = json.loads(read(plan))
    own = next(one for one in shown["slices"] if one["host"] == host)
    found = document["hosts"][host]["actions"]
    actions = document["shared"][found] if isinstance(found, str) else found
    approvals = sorted(glob.glob(plan + ".approvals/*.json"))
    return {"slice": own["slice"] if isinstance(own["slice"], str) else canonical(own["slice"]), "index": own["index"],
            "path": own["path"], "statements": [{"statement": read(one), "signature": read(one[:-4] + "sig")} for one in approvals],
            "actions": canonical(actions) if actions else ""}


def main():
    process = subprocess.Popen(sys.argv[1], shell=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    for line in process.stdout:
        if line == b"PLUMB RUN\n":
            break
    else:
        sys.exit("it does not begin")

    def receive():
        size = process.stdout.read(4)
        return decode(process.stdout.read(struct.unpack(">I", size)[0]))[0] if len(size) == 4 else None

    def send(message):
        body = encode(message)
        process.stdin.write(struct.pack(">I", len(body)) + body)

    hello = receive()
    print(hello["message"], "as", json.loads(hello["charter"])["host"] if "charter" in hello else hello.get("problem"))
    messages = eval(sys.argv[2])  # pylint: disable=eval-used
    send({"message": "hello", "protocols": hello["protocols"], "version": "0"})
    for message in messages if isinstance(messages, list) else [messages]:
        send(message)
    process.stdin.flush()
    process.stdin.close()
    while (message := receive()) is not None:
        print(message["message"], message.get("problem", {}).get("code", ""), message.get("problem", {}).get("summary", ""))
        for answer in message.get("answers", []):
            print(answer)
    process.wait()


main()
