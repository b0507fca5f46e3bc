// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "expect.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/apply_file.hpp"

/// Every item and every problem has its place, and a problem can be shown.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace reportctl;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  manage::ApplyInput input;
  manage::read_apply_file(text, "apply.yaml", input);
  manage::read_apply_file(text, "again.yaml", input);
  for (const auto& problem : input.problems) {
    EXPECT(problem.line >= 1 && problem.column >= 1 && !problem.message.empty());
    EXPECT(is_valid_utf8(problem.message) && !has_control(problem.message));
  }
  for (const auto& account : input.accounts) EXPECT(account.place.line >= 1 && is_valid_utf8(account.account.id));
  for (const auto& schedule : input.schedules) EXPECT(schedule.place.line >= 1);
  return 0;
}
