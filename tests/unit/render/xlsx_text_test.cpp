// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include "xlsx/xlsx_text.hpp"

using namespace reportctl::render;

TEST_CASE("an underscore that belongs to an escape does not complete another one before it") {
  XlsxText fit;
  const std::string with_nul(
      "_x00\0"
      "41_",
      8);
  CHECK(fit.xml("_x0041\x1F") == "_x005F_x0041_x001F_");
  CHECK(fit.xml("_x0041\xEF\xBF\xBE") == "_x005F_x0041_xFFFE_");
  CHECK(fit.xml("_x0041_x0042_") == "_x005F_x0041_x005F_x0042_");
  CHECK(fit.xml(with_nul) == "_x005F_x0041_");
  CHECK(fit.xml("_x0041\t_x004\x1F") == "_x0041\t_x004_x001F_");
}
