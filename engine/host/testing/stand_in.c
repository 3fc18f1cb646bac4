/* Stands in for the executor in tests: `serve` greets and then echoes; a few words make it end in odd ways. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void say(const char* text) {
  if (write(1, text, strlen(text)) < 0) exit(9);
}

int main(int argc, char** argv) {
  char line[65536];
  if (argc > 2 && strcmp(argv[1], "check") == 0) return 0;
  if (argc < 2 || strcmp(argv[1], "serve") != 0) return 2;
  snprintf(line, sizeof line, "hello uid=%u root=%s\n", (unsigned)geteuid(), argc > 3 ? argv[3] : "");
  say(line);
  for (;;) {
    const ssize_t count = read(0, line, sizeof line);
    if (count <= 0) return 0;
    if (count >= 4 && memcmp(line, "kill", 4) == 0) raise(SIGKILL);
    if (count >= 4 && memcmp(line, "exit", 4) == 0) return 7;
    if (count >= 6 && memcmp(line, "stderr", 6) == 0) {
      if (write(2, "trouble\n", 8) != 8) return 9;
    }
    for (ssize_t done = 0; done < count;) {
      const ssize_t written = write(1, line + done, (size_t)(count - done));
      if (written <= 0) return 9;
      done += written;
    }
  }
}
