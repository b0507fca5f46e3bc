// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/manage/members.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/store/accounts.hpp"
#include "reportctl/store/schedules.hpp"

namespace reportctl::manage {

bool is_called(const access::Member& member, const std::string& word) {
  return member.id == word || member.name == word || (!member.login.empty() && member.login == word) ||
         (member.email && member.email->str() == word) || (word.size() >= 4 && member.id.starts_with(word));
}

access::Member only_member(std::vector<access::Member> members, const std::string& word) {
  std::vector<std::string> names;
  for (const auto& member : members) names.push_back(member.name);
  std::erase_if(members, [&](const access::Member& member) { return !is_called(member, word); });
  if (members.empty()) {
    throw Error(ErrorKind::not_found, fmt::format("no member \"{}\"{}", word, did_you_mean(word, names)),
                "name, address, login or id; see reportctl member list");
  }
  if (members.size() > 1) {
    std::vector<std::string> ids;
    for (const auto& member : members) ids.push_back(fmt::format("{} ({} of {})", member.id, member.name, member.account));
    throw Error(ErrorKind::conflict, fmt::format("several members fit \"{}\"", word), "say which, by id: " + join(ids, ", "));
  }
  return std::move(members.front());
}

access::Member member_called(const Viewer& viewer, const std::string& account, const std::string& word) {
  auto members = store::list_members(viewer.state, account);
  if (!access::may(viewer.actor, access::Action::manage_account, account, {})) {
    std::erase_if(members, [&](const access::Member& member) { return !is_called(member, word); });
  }
  return only_member(std::move(members), word);
}

std::string orphans(const Viewer& viewer, const access::Member& member, const std::vector<std::string>& removed) {
  std::vector<std::string> names;
  for (const auto& schedule : store::list_schedules(viewer.state, {.account = member.account, .report = {}, .active = {}})) {
    if (schedule.owner != member.id) continue;
    if (std::find(removed.begin(), removed.end(), schedule.id) == removed.end()) names.push_back(schedule.definition.name);
  }
  if (names.empty()) return {};
  const auto count = names.size();
  constexpr std::size_t kShown = 5;
  if (count > kShown) names.resize(kShown), names.emplace_back("…");
  return fmt::format("{} of theirs ({}) will be rejected until reassigned",
                     count == 1 ? "one schedule" : fmt::format("{} schedules", count), join(names, ", "));
}

std::string reassign_command(const access::Member& member) {
  return fmt::format("reportctl schedule reassign --from {} --to MEMBER", member.id);
}

}  // namespace reportctl::manage
