// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
// The clock of the host, for a program that is started with this library in LD_PRELOAD: it stands at HOST_CLOCK, seconds since 1970.
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t replaced(time_t otherwise) {
  const char *text = getenv("HOST_CLOCK");
  return text != NULL && *text != '\0' ? (time_t)strtoll(text, NULL, 10) : otherwise;
}

int clock_gettime(clockid_t clock, struct timespec *out) {
  const int result = (int)syscall(SYS_clock_gettime, clock, out);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) out->tv_sec = replaced(out->tv_sec);
  return result;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone) {
  (void)zone;
  struct timespec now;
  const int result = clock_gettime(CLOCK_REALTIME, &now);
  out->tv_sec = now.tv_sec;
  out->tv_usec = now.tv_nsec / 1000;
  return result;
}

time_t time(time_t *out) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (out != NULL) *out = now.tv_sec;
  return now.tv_sec;
}
