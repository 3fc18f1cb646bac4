"""Runs a command on a terminal of its own, and plays that terminal: terminal.py SCRIPT COMMAND…

SCRIPT is lines of: `wait TEXT` (until the screen shows it), `gone TEXT`, `once TEXT` (in one row,
of what was drawn since the last `size`), `size WIDTH HEIGHT`, `key TEXT` (\\x escapes),
`stopped`, `continue`, `sleep SECONDS`, `deaf SECONDS` (nothing is read: a slow line), `echo on|off`, `show` (prints the screen), `cursor on|off`, `exits CODE`, `signal NAME`.
It exits with 1 where something is not as the script says.
"""
import codecs, fcntl, os, pty, re, select, signal, struct, sys, termios, time

PATIENCE = 60


class Screen:
    """As much of a terminal as plumb needs: lines that wrap, scroll, and are erased."""

    def __init__(self, width, height):
        self.width, self.height = width, height
        self.rows = [[" "] * width for _ in range(height)]
        self.x = self.y = 0
        self.cursor = True
        self.scrolled = []
        self.pending = ""
        self.unknown = set()
        self.decode = codecs.getincrementaldecoder("utf-8")("replace").decode

    def down(self):
        if self.y + 1 < self.height:
            self.y += 1
            return
        self.scrolled.append("".join(self.rows.pop(0)).rstrip())
        self.rows.append([" "] * self.width)

    def resize(self, width, height):
        rows = [(row + [" "] * width)[:width] for row in self.rows]
        while len(rows) > height:
            if len(rows) - 1 > self.y:
                rows.pop()
            else:
                self.scrolled.append("".join(rows.pop(0)).rstrip())
                self.y -= 1
        self.rows = rows + [[" "] * width for _ in range(height - len(rows))]
        self.width, self.height, self.x = width, height, min(self.x, width - 1)

    def feed(self, data):
        text = self.pending + self.decode(data)
        self.pending = ""
        i = 0
        while i < len(text):
            c = text[i]
            if c == "\x1b":
                found = re.match(r"\x1b\[(\??)([0-9;]*)([A-Za-z])", text[i:])
                if not found:
                    if len(text) - i < 12:
                        self.pending = text[i:]
                        return
                    self.unknown.add(text[i:i + 4])
                    i += 1
                    continue
                self.control(*found.groups())
                i += found.end()
                continue
            i += 1
            if c == "\r":
                self.x = 0
            elif c == "\n":
                self.down()
            elif c < " ":
                self.unknown.add(c)
            else:
                if self.x >= self.width:
                    self.x = 0
                    self.down()
                self.rows[self.y][self.x] = c
                self.x += 1

    def control(self, private, number, what):
        count = int(number or 1) if number.isdigit() or not number else 1
        row = self.rows[self.y]
        if private and number == "25":
            self.cursor = what == "h"
        elif what == "K":
            row[self.x:] = [" "] * (self.width - self.x)
        elif what == "J":
            row[self.x:] = [" "] * (self.width - self.x)
            for below in range(self.y + 1, self.height):
                self.rows[below] = [" "] * self.width
        elif what == "A":
            self.y = max(0, self.y - count)
        elif what != "m":
            self.unknown.add(private + number + what)

    def text(self):
        return "\n".join("".join(row).rstrip() for row in self.rows).rstrip() + "\n"


def be_the_shell(command, tell):
    """In the terminal's first process: runs the command as a shell does a job, which can be stopped, and tells of it."""
    for number in (signal.SIGTTOU, signal.SIGTSTP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)
        os.tcsetpgrp(0, os.getpid())
        for number in (signal.SIGTTOU, signal.SIGTSTP, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        os.execvp(command[0], command)
    os.write(tell, b"pid %d\n" % pid)
    while True:
        status = os.waitpid(pid, os.WUNTRACED)[1]
        if not os.WIFSTOPPED(status):
            os.write(tell, b"over %d\n" % os.waitstatus_to_exitcode(status))
            os._exit(0)
        os.write(tell, b"stopped 1\n")


class Player:
    def __init__(self, command):
        self.screen = Screen(80, 24)
        self.told, tell = os.pipe()
        shell, self.fd = pty.fork()
        if shell == 0:
            be_the_shell(command, tell)
        os.close(tell)
        self.set_size(80, 24)
        self.pid = None
        self.status = None
        self.stopped = False
        self.open = True
        self.drawn = False

    def set_size(self, width, height):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def take(self, seconds):
        if not self.open:
            time.sleep(seconds)
        elif select.select([self.fd], [], [], seconds)[0]:
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                data = b""
            self.open = bool(data)
            self.drawn = self.drawn or bool(data)
            self.screen.feed(data)
        while select.select([self.told], [], [], 0)[0]:
            lines = os.read(self.told, 4096).decode().splitlines()
            if not lines:
                return
            for word, number in (line.split() for line in lines):
                if word == "pid":
                    self.pid = int(number)
                elif word == "stopped":
                    self.stopped = True
                else:
                    self.status = int(number)

    def until(self, holds, what):
        end = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > end or (self.status is not None and not self.open):
                self.take(0.1)
                if holds():
                    return
                sys.exit(f"not seen: {what}; exit code {self.status}; the screen:\n{self.everything()}")
            self.take(0.05)

    def everything(self):
        return "\n".join(self.screen.scrolled) + "\n" + self.screen.text()

    def play(self, line):
        word, _, rest = line.partition(" ")
        if word == "wait":
            self.until(lambda: rest in self.everything(), rest)
        elif word == "gone":
            self.until(lambda: rest not in self.screen.text(), "without " + rest)
        elif word == "size":
            width, height = map(int, rest.split())
            self.screen.resize(width, height)
            self.drawn = False
            self.set_size(width, height)
        elif word == "once":
            self.until(lambda: self.drawn and self.screen.text().count(rest) == 1, "once " + rest)
        elif word == "key":
            os.write(self.fd, codecs.decode(rest, "unicode_escape").encode())
        elif word == "signal":
            os.kill(self.pid, getattr(signal, rest))
        elif word == "stopped":
            self.until(lambda: self.stopped, "a stop")
            self.take(0.2)
        elif word == "continue":
            self.stopped = False
            os.kill(self.pid, signal.SIGCONT)
        elif word == "sleep":
            end = time.monotonic() + float(rest)
            while time.monotonic() < end:
                self.take(0.05)
        elif word == "deaf":
            time.sleep(float(rest))
        elif word == "echo":
            loud = lambda: bool(termios.tcgetattr(self.fd)[3] & termios.ECHO)
            self.until(lambda: loud() == (rest == "on"), "echo " + rest)
        elif word == "show":
            print(self.screen.text() + "-" * self.screen.width, flush=True)
        elif word == "cursor":
            self.until(lambda: self.screen.cursor == (rest == "on"), "the cursor " + rest)
        elif word == "exits":
            self.until(lambda: self.status is not None and not self.open, "an end")
            if self.status != int(rest):
                sys.exit(f"exit code {self.status} instead of {rest}; the screen:\n{self.everything()}")
        else:
            sys.exit("the script says " + word)


def main():
    player = Player(sys.argv[2:])
    with open(sys.argv[1], encoding="utf-8") as script:
        for line in script.read().splitlines():
            if line:
                player.play(line)
    if player.screen.unknown:
        sys.exit(f"the terminal was sent what it does not know: {player.screen.unknown}")


main()
