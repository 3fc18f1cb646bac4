"""A file system in memory that keeps neither owners nor modes, as those of FUSE may be: modeless.py FOLDER FILES FOLDERS

Mounts itself at FOLDER and serves until it is unmounted. All is root's; files have the mode FILES and folders FOLDERS
(octal), whatever they are made with, and a change of owner, group or mode is refused.
"""
import ctypes, errno, os, stat, struct, sys, time

folder, file_mode, folder_mode = sys.argv[1], int(sys.argv[2], 8), int(sys.argv[3], 8)
LOOKUP, FORGET, GETATTR, SETATTR, MKNOD, MKDIR, UNLINK, RMDIR, RENAME = 1, 2, 3, 4, 8, 9, 10, 11, 12
OPEN, READ, WRITE, STATFS, RELEASE, FSYNC, FLUSH, INIT, OPENDIR, READDIR = 14, 15, 16, 17, 18, 20, 25, 26, 27, 28
RELEASEDIR, FSYNCDIR, CREATE, DESTROY, BATCH_FORGET, RENAME2 = 29, 30, 35, 38, 42, 45
MODE, UID, GID, SIZE = 1, 2, 4, 8


class Entry:
    def __init__(self, number, is_folder):
        self.number, self.is_folder, self.bytes, self.names = number, is_folder, bytearray(), {}
        self.changed = time.time_ns()

    def attributes(self):
        mode = stat.S_IFDIR | folder_mode if self.is_folder else stat.S_IFREG | file_mode
        seconds, nanoseconds = divmod(self.changed, 10**9)
        return struct.pack("<QQQQQQIIIIIIIIII", self.number, len(self.bytes), 0, seconds, seconds, seconds, nanoseconds,
                           nanoseconds, nanoseconds, mode, 1, 0, 0, 0, 4096, 0)


class Refused(Exception):
    pass


entries = {1: Entry(1, True)}


def refuse(number):
    raise Refused(number)


def made(parent, name, is_folder):
    if name in parent.names:
        refuse(errno.EEXIST)
    entry = Entry(max(entries) + 1, is_folder)
    entries[entry.number] = parent.names[name] = entry
    entries[entry.number] = entry
    return entry


def told(entry):
    return struct.pack("<QQQQII", entry.number, 0, 0, 0, 0, 0) + entry.attributes()


def named(parent, name):
    return parent.names.get(name) or refuse(errno.ENOENT)


def moved(parent, target, old, new, flags):
    entry = named(parent, old)
    if flags & ~1:
        refuse(errno.EINVAL)
    if flags & 1 and new in target.names:
        refuse(errno.EEXIST)
    if new in target.names and target.names[new].names:
        refuse(errno.ENOTEMPTY)
    del parent.names[old]
    target.names[new] = entry
    return b""


def listed(entry, offset, size):
    out = b""
    for i, (name, one) in enumerate(list(entry.names.items())[offset:], offset + 1):
        item = struct.pack("<QQII", one.number, i, len(name), stat.S_IFDIR >> 12 if one.is_folder else 8) + name
        item += b"\0" * (-len(item) % 8)
        if len(out) + len(item) > size:
            break
        out += item
    return out


def answer(code, node, body):
    if code == INIT:
        return struct.pack("<IIIIHHIIHHI", 7, 31, 65536, 0, 12, 12, 65536, 1, 1, 0, 0) + b"\0" * 28
    if code == STATFS:
        return struct.pack("<QQQQQIIII", 1 << 20, 1 << 20, 1 << 20, 1000, 1000, 4096, 255, 4096, 0) + b"\0" * 24
    entry = entries.get(node) or refuse(errno.ENOENT)
    if code == LOOKUP:
        return told(named(entry, body[:-1]))
    if code in (GETATTR, SETATTR):
        if code == SETATTR:
            valid, _, _, size = struct.unpack_from("<IIQQ", body)
            if valid & (MODE | UID | GID):
                refuse(errno.EPERM)
            if valid & SIZE:
                entry.bytes = entry.bytes[:size] + bytearray(max(0, size - len(entry.bytes)))
            entry.changed = time.time_ns()
        return struct.pack("<QII", 0, 0, 0) + entry.attributes()
    if code == MKDIR:
        return told(made(entry, body[8:-1], True))
    if code == MKNOD:
        return told(made(entry, body[16:-1], False))
    if code == CREATE:
        return told(made(entry, body[16:-1], False)) + struct.pack("<QII", 0, 0, 0)
    if code in (UNLINK, RMDIR):
        if named(entry, body[:-1]).names:
            refuse(errno.ENOTEMPTY)
        del entry.names[body[:-1]]
        return b""
    if code == RENAME:
        old, new, _ = body[8:].split(b"\0")
        return moved(entry, entries[struct.unpack_from("<Q", body)[0]], old, new, 0)
    if code == RENAME2:
        old, new, _ = body[16:].split(b"\0")
        target, flags = struct.unpack_from("<QI", body)
        return moved(entry, entries[target], old, new, flags)
    if code in (OPEN, OPENDIR):
        return struct.pack("<QII", 0, 0, 0)
    if code in (READ, READDIR):
        _, offset, size = struct.unpack_from("<QQI", body)
        return listed(entry, offset, size) if code == READDIR else bytes(entry.bytes[offset:offset + size])
    if code == WRITE:
        _, offset, size = struct.unpack_from("<QQI", body)
        entry.bytes[offset:offset + size] = body[40:40 + size]
        entry.changed = time.time_ns()
        return struct.pack("<II", size, 0)
    if code in (RELEASE, RELEASEDIR, FSYNC, FSYNCDIR, FLUSH, DESTROY):
        return b""
    return refuse(errno.ENOSYS)


device = os.open("/dev/fuse", os.O_RDWR)
libc = ctypes.CDLL(None, use_errno=True)
options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other"
if libc.mount(b"modeless", folder.encode(), b"fuse", 6, options.encode()) != 0:
    sys.exit(f"cannot be mounted: {os.strerror(ctypes.get_errno())}")
print("mounted", flush=True)
while True:
    try:
        request = os.read(device, 1 << 17)
    except OSError as error:
        if error.errno == errno.ENOENT:
            continue
        sys.exit(0)  # unmounted
    _, code, unique, node = struct.unpack_from("<IIQQ", request)
    if code in (FORGET, BATCH_FORGET):
        continue
    try:
        number, body = 0, answer(code, node, request[40:])
    except Refused as refused:
        number, body = refused.args[0], b""
    try:
        os.write(device, struct.pack("<IiQ", 16 + len(body), -number, unique) + body)
    except OSError:
        pass
