// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdio>
#include <cstdlib>

/// A broken promise ends the fuzzer with a stack.
#define EXPECT(promise)                                                   \
  do {                                                                    \
    if (!(promise)) {                                                     \
      std::fprintf(stderr, "broken: %s (line %d)\n", #promise, __LINE__); \
      std::abort();                                                       \
    }                                                                     \
  } while (false)
