"""What a trace of strace shows to have been written: `written_paths.py TRACE`, of `strace -f -y`, prints "CALL PATH" for
each system call that changed a file system, with the whole path. Calls that failed are left out."""
import os.path
import re
import sys

OPENS = {"open", "openat", "creat"}
# By the places of the paths among the arguments.
CHANGES = {
    "mkdir": [0], "mkdirat": [1], "rmdir": [0], "unlink": [0], "unlinkat": [1], "rename": [0, 1], "renameat": [1, 3],
    "renameat2": [1, 3], "link": [1], "linkat": [3], "symlink": [1], "symlinkat": [2], "mknod": [0], "mknodat": [1],
    "chmod": [0], "fchmod": [0], "fchmodat": [1], "chown": [0], "lchown": [0], "fchown": [0], "fchownat": [1],
    "truncate": [0], "ftruncate": [0], "utimensat": [1], "utimes": [0], "futimesat": [1], "setxattr": [0],
    "lsetxattr": [0], "fsetxattr": [0], "removexattr": [0], "lremovexattr": [0], "fremovexattr": [0], "fallocate": [0],
    "mount": [1], "umount2": [0], "swapon": [0], "swapoff": [0], "sethostname": [0], "creat": [0],
}
WORDS = re.compile(r'"((?:[^"\\]|\\.)*)"(?:\.\.\.)?|([^,\[\]{}"]+(?:<[^>]*>)?)|[\[\]{},]')


def arguments(text):
    """Texts as they are, descriptors as the path behind them, all else as it is written."""
    depth, found, current = 0, [], ""
    for match in WORDS.finditer(text):
        piece = match.group(0)
        if piece in "[{":
            depth += 1
        elif piece in "]}":
            depth -= 1
        elif piece == "," and depth == 0:
            found.append(current.strip())
            current = ""
            continue
        current += piece
    return found + [current.strip()]


def path_of(argument, folder=""):
    behind = re.match(r"^(?:-?\d+|AT_FDCWD)<([^>]*)>", argument)
    name = behind.group(1) if behind else argument.strip('"').encode().decode("unicode_escape")
    return os.path.normpath(os.path.join(folder, name))


def folder_before(args, place):
    if place == 0:
        return ""
    behind = re.match(r"^(?:-?\d+|AT_FDCWD)<([^>]*)>$", args[place - 1])
    return behind.group(1) if behind else ""


def main():
    unfinished = {}
    for line in open(sys.argv[1], encoding="utf-8", errors="replace"):
        pid, _, rest = line.rstrip("\n").partition(" ")
        rest = rest.strip()
        if rest.endswith("<unfinished ...>"):
            unfinished[pid] = rest[: -len("<unfinished ...>")]
            continue
        resumed = re.match(r"^<\.\.\. \w+ resumed>(.*)$", rest)
        if resumed:
            rest = unfinished.pop(pid, "") + resumed.group(1)
        call = re.match(r"^(\w+)\((.*)\)\s+= (-?\d+|\?)", rest)
        if not call or call.group(3).startswith("-"):
            continue
        name, args = call.group(1), arguments(call.group(2))
        if name in OPENS and re.search(r"O_(WRONLY|RDWR|CREAT|TRUNC)", call.group(2)):
            place = 0 if name in ("open", "creat") else 1
            print(name, path_of(args[place], folder_before(args, place)))
        elif name in CHANGES:
            for place in CHANGES[name]:
                if place >= len(args):
                    continue
                # With an empty name, or none, it is the descriptor before it that is meant.
                if args[place] in ('""', "NULL"):
                    print(name, folder_before(args, place))
                else:
                    print(name, path_of(args[place], folder_before(args, place)))


main()
