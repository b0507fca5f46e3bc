// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "terminal/exit_codes.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "reportctl/validation/refusal.hpp"

using namespace reportctl;
using namespace reportctl::cli;

TEST_CASE("every kind of error has the exit code of the manual page") {
  // reportctl-exit-codes.7, and design: 1 2 4 5 6 7 11 12 13 74 75 78 and 128+N
  const std::pair<ErrorKind, int> kTable[] = {
      {ErrorKind::failed, 1},       {ErrorKind::usage, 2},   {ErrorKind::not_permitted, 4}, {ErrorKind::not_found, 5},
      {ErrorKind::conflict, 6},     {ErrorKind::invalid, 7}, {ErrorKind::busy, 11},         {ErrorKind::state, 12},
      {ErrorKind::source, 13},      {ErrorKind::output, 74}, {ErrorKind::deferred, 75},     {ErrorKind::config, 78},
      {ErrorKind::interrupted, 143}};
  std::ifstream file(REPORTCTL_ROOT "/man/reportctl-exit-codes.7");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  REQUIRE_FALSE(page.empty());
  for (const auto& [kind, code] : kTable) {
    CHECK(exit_code_of(kind) == code);
    CHECK(error_kind(error_word(kind)) == kind);
    const std::string row = kind == ErrorKind::interrupted ? ".It 128+N Ta interrupted Ta"
                                                           : ".It " + std::to_string(code) + " Ta " + error_word(kind) + " Ta";
    CHECK_MESSAGE(page.find(row) != std::string::npos, row);
  }
}

TEST_CASE("a refusal carries every broken rule, one a line") {
  const validation::Refusal refusal("schedule x was not saved",
                                    {{validation::Code::time_invalid, "at", "\"25:00\" is no time", "write HH:MM"},
                                     {validation::Code::recipient_required, "to", "no recipient", "add --to ADDRESS"}});
  CHECK(refusal.kind() == ErrorKind::invalid);
  CHECK(refusal.violations.size() == 2);
  const std::string text = refusal.what();
  CHECK(text.find("time_invalid") != std::string::npos);
  CHECK(text.find("recipient_required") != std::string::npos);
}
