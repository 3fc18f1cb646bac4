#!/usr/bin/env python3
"""Records a few commands of plumb on a terminal, as the picture that the first page shows:

    docs/demo/record.py build/bin/plumb docs/demo/plumb.svg

The commands are carried out, on a scratch folder that stands for the host, and what they print is drawn as it is. Ids of
runs and times, which are others each time, are held still. A test records anew and compares.
"""
import fcntl, html, os, pty, re, shutil, struct, subprocess, sys, tempfile, termios, unicodedata

COLUMNS, ROWS = 92, 40
CHARACTER, LINE, MARGIN, BAR = 8.43, 19, 16, 30
BACK, FRONT, BAR_BACK = "#0d1117", "#e6edf3", "#161b22"
COLORS = {"31": "#ffa198", "32": "#7ee787", "33": "#e3b341", "34": "#79c0ff", "36": "#76e3ea"}

PROJECT = """plumb: v1
project: web
resources:
  - directory: /srv/www
  - file: /srv/www/index.html
    content: |
      <h1>In plumb</h1>
      <p>This machine is kept as it was declared.</p>
    mode: "0644"
"""

# What is typed, and what is carried out where that is more than it.
STEPS = [
    "cat plumb.yaml",
    "plumb apply --yes",
    "sed -i 's/was declared/likes/' host/srv/www/index.html",
    "chmod 666 host/srv/www/index.html",
    "plumb diff",
    "plumb apply --yes | tail -n 3",
    "plumb diff",
]


def run(command, environment):
    """What it prints on a terminal of its own."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    child = subprocess.Popen(["bash", "-c", command], stdin=slave, stdout=slave, stderr=slave, env=environment,
                             start_new_session=True)
    os.close(slave)
    out = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:  # the terminal is closed
            break
        if not piece:
            break
        out += piece
    child.wait()
    os.close(master)
    return out.decode().replace("\r\n", "\n")


def held_still(text):
    text = re.sub(r"\d{8}T\d{6}Z-[0-9a-f]{6}", "20260101T000000Z-000000", text)
    text = re.sub(r"(?m)  \d+ ms$", "", text)
    return re.sub(r"\d+\.\d s\b", "0.0 s", text)


def spans(line):
    """Pieces of (text, colour, bold, dim, inverse)."""
    color, bold, dim, inverse = None, False, False, False
    for piece in re.split(r"(\x1b\[[0-9;]*m)", line):
        code = re.fullmatch(r"\x1b\[([0-9;]*)m", piece)
        if not code:
            # Viewers draw one blank for several.
            for part in re.split(r"(^ +| +$| {2,})", piece):
                if part:
                    yield part, color, bold, dim, inverse
            continue
        for part in code.group(1).split(";"):
            if part in ("", "0"):
                color, bold, dim, inverse = None, False, False, False
            elif part == "1":
                bold = True
            elif part == "2":
                dim = True
            elif part == "7":
                inverse = True
            elif part in COLORS:
                color = COLORS[part]


def width_of(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def drawn(lines):
    width = COLUMNS * CHARACTER + 2 * MARGIN
    height = BAR + len(lines) * LINE + 2 * MARGIN
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" role="img" '
           f'aria-label="plumb applies a project, finds what somebody changed by hand, and puts it right">',
           f'<rect width="100%" height="100%" rx="8" fill="{BACK}"/>',
           f'<path d="M0 8a8 8 0 0 1 8-8H{width - 8:.0f}a8 8 0 0 1 8 8V{BAR}H0z" fill="{BAR_BACK}"/>']
    out += [f'<circle cx="{20 + 18 * i}" cy="15" r="5" fill="{c}"/>' for i, c in enumerate(["#ff7b72", "#d29922", "#3fb950"])]
    out.append(f'<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="{FRONT}">')
    for number, line in enumerate(lines):
        y = BAR + MARGIN + number * LINE + 14
        column = 0
        for text, color, bold, dim, inverse in spans(line):
            x, size = MARGIN + column * CHARACTER, width_of(text)
            column += size
            if not text.strip(" ") and not inverse:
                continue
            style = f' fill="{BACK if inverse else color}"' if color else ""
            style += ' font-weight="bold"' if bold else ""
            style += ' opacity=".6"' if dim else ""
            if inverse:
                out.append(f'<rect x="{x:.1f}" y="{y - 14}" width="{size * CHARACTER:.1f}" height="{LINE}" fill="{color}"/>')
            out.append(f'<text x="{x:.1f}" y="{y}" textLength="{size * CHARACTER:.1f}"{style}>{html.escape(text)}</text>')
    return "\n".join(out + ["</g>", "</svg>", ""])


def main():
    plumb, target = os.path.realpath(sys.argv[1]), os.path.abspath(sys.argv[2])
    folder = tempfile.mkdtemp()
    try:
        os.chdir(folder)
        os.makedirs("host/srv")
        with open("plumb.yaml", "w") as file:
            file.write(PROJECT)
        # `plumb` works on the folder that stands for the host.
        os.mkdir("bin")
        with open("bin/plumb", "w") as file:
            file.write(f'#!/bin/sh\nexec "{plumb}" --root host --no-live "$@"\n')
        os.chmod("bin/plumb", 0o755)
        environment = {"PATH": folder + "/bin:/usr/local/bin:/usr/bin:/bin", "TERM": "xterm-256color", "LANG": "C.UTF-8",
                       "PAGER": "cat", "HOME": folder}
        lines = []
        for step in STEPS:
            lines.append("\x1b[32m$\x1b[0m \x1b[1m" + step + "\x1b[0m")
            printed = held_still(run(step, environment)).rstrip("\n")
            lines += (printed.split("\n") if printed else []) + [""]
        with open(target, "w") as file:
            file.write(drawn(lines[:-1]))
    finally:
        os.chdir("/")
        shutil.rmtree(folder)


main()
