// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
