// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "world.hpp"

using namespace reportctl;
using namespace reportctl::validation;

namespace {

std::string told_of_places(const World& world, const std::vector<std::string>& to) {
  Draft draft = draft_for("x-turnover");
  draft.recipients.assign(to.begin(), to.end());
  return world.wrong(draft);
}

}  // namespace

TEST_CASE_FIXTURE(World, "places are those of destinations that the account has, with paths that stay below them") {
  context.destinations = {{"partner", {account.id, "other"}}, {"theirs", {"other"}}};
  CHECK(told_of_places(*this, {"partner:in/{year}", "partner:", "a@example.com"}).empty());
  CHECK(told_of_places(*this, {"partnr:in"}) ==
        fmt::format(
            "to[1]: account {} has no destination \"partnr\" (did you mean \"partner\"?) [destination_not_allowed]; use partner",
            account.id));
  // Another account's destination is told like one that is not there.
  CHECK(told_of_places(*this, {"theirs:in"}).find("has no destination \"theirs\" [destination_not_allowed]; use partner") !=
        std::string::npos);
  for (const char* path : {"../out", "in/../../out", "/etc", "in//x", "a b", "in\\x", "./in", "in/\u00e4"}) {
    CAPTURE(std::string(path));
    CHECK(told_of_places(*this, {fmt::format("partner:{}", path)}).find("[template_invalid]") != std::string::npos);
  }
  CHECK(told_of_places(*this, {"partner:in/{yaer}"}).find("there is no variable {yaer} (did you mean \"year\"?)") !=
        std::string::npos);
  CHECK(told_of_places(*this, {"partner:in", "partner:in"}) ==
        "to[2]: partner:in is the same place as to[1] [recipient_duplicate]; name it once");
  context.destinations.clear();
  CHECK(told_of_places(*this, {"partner:in"}).find("this account has none") != std::string::npos);
}
