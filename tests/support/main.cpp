// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

/// fontconfig keeps its cache until the process ends and forgets two blocks of it; cairo 1.16 forgets one when it finishes a PDF
/// with an emoji (768 bytes, below cairo_surface_finish()). Everything else that leaks is told.
extern "C" const char* __lsan_default_suppressions() { return "leak:libfontconfig\nleak:libcairo.so"; }
