/* loop FOLDER COUNT: whether FOLDER/f1 … fCOUNT hold what testdata/bench/local asks for. What a second apply must take at
 * the least: each file is opened and read once, and its mode and content are compared. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int is_right(const char *folder, int number) {
  char path[4096], wanted[64], found[64];
  struct stat info;
  const int length = snprintf(wanted, sizeof wanted, "file number %d\n", number);
  snprintf(path, sizeof path, "%s/f%d", folder, number);
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  const int right = fstat(file, &info) == 0 && (info.st_mode & 07777) == 0644 &&
                    read(file, found, sizeof found) == length && memcmp(found, wanted, (size_t)length) == 0;
  close(file);
  return right;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  const int count = atoi(argv[2]);
  int wrong = 0;
  for (int i = 1; i <= count; ++i) wrong += !is_right(argv[1], i);
  return wrong != 0;
}
