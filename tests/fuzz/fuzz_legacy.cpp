// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "expect.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/legacy/legacy_json.hpp"
#include "reportctl/legacy/legacy_row.hpp"

/// Schedules of another system are rows with or without problems, or the file is refused by Error(invalid).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace reportctl;
  try {
    int number = 0;
    for (const auto& row : legacy::read_legacy_json({reinterpret_cast<const char*>(data), size}, "old.json")) {
      const auto read = legacy::read_legacy_row(row, {.file = "old.json", .number = ++number, .ignored = {"colour"}});
      EXPECT(read.number == number);
      for (const auto& problem : read.problems) EXPECT(!problem.code.empty() && !problem.message.empty());
      EXPECT(legacy::imported_id(read, "acme") == legacy::imported_id(read, "acme"));
    }
  } catch (const Error& error) {
    EXPECT(error.kind() == ErrorKind::invalid);
  }
  return 0;
}
