/* SPDX-License-Identifier: MIT
 * Copyright the reportctl authors
 *
 * Preloaded: the SHORT_AT-th call of SHORT_CALL moves only half of its bytes. With SHORT_MODE=eintr the next such call is
 * interrupted, with SHORT_MODE=always each from there on moves seven bytes at most. Systems may do so at any time; they do it
 * when a disk is full, a pipe is slow or a signal arrives. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static long seen;
static int interrupt_next;

/* -1: the call is interrupted; else `size` is what it may move. */
static int shorten(const char* name, size_t* size) {
  const char *call = getenv("SHORT_CALL"), *mode = getenv("SHORT_MODE");
  if (call == NULL || mode == NULL || strcmp(name, call) != 0) return 0;
  if (interrupt_next) {
    interrupt_next = 0;
    errno = EINTR;
    return -1;
  }
  if (*size < 2) return 0;
  const long at = atol(getenv("SHORT_AT"));
  ++seen;
  if (strcmp(mode, "always") == 0) {
    if (seen >= at && *size > 7) *size = 7;
  } else if (seen == at) {
    *size /= 2;
    interrupt_next = strcmp(mode, "eintr") == 0;
  }
  return 0;
}

#define SHORT(call, name, arguments, values)                         \
  ssize_t name arguments {                                           \
    static ssize_t(*real) arguments;                                 \
    if (!real) real = (ssize_t(*) arguments)dlsym(RTLD_NEXT, #name); \
    return shorten(#call, &size) != 0 ? -1 : real values;            \
  }
SHORT(write, write, (int fd, const void* from, size_t size), (fd, from, size))
SHORT(pwrite64, pwrite, (int fd, const void* from, size_t size, off_t at), (fd, from, size, at))
SHORT(pwrite64, pwrite64, (int fd, const void* from, size_t size, off64_t at), (fd, from, size, at))
SHORT(read, read, (int fd, void* to, size_t size), (fd, to, size))
SHORT(pread64, pread, (int fd, void* to, size_t size, off_t at), (fd, to, size, at))
SHORT(pread64, pread64, (int fd, void* to, size_t size, off64_t at), (fd, to, size, at))
SHORT(send, send, (int fd, const void* from, size_t size, int flags), (fd, from, size, flags))
SHORT(recv, recv, (int fd, void* to, size_t size, int flags), (fd, to, size, flags))
