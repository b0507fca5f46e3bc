// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/schedule/part_list.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reportctl/base/address.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::schedule {
namespace {

constexpr std::size_t kLongestKey = 100;

std::string take(std::map<std::string, std::string>& written, std::string_view column) {
  auto node = written.extract(std::string(column));
  return node ? std::string(trim(node.mapped())) : std::string();
}

/// With the name that stands beside it. What is no address stays as it is, for the rules to say so.
std::string mailbox_text(const std::string& to, const std::string& name) {
  const auto mailbox = Mailbox::parse(to);
  return mailbox && !name.empty() ? Mailbox{name, mailbox->address}.str() : to;
}

}  // namespace

bool is_parameter_column(std::string_view column) {
  return column != kKeyColumn && column != kToColumn && column != kNameColumn &&
         std::find(kFieldColumns.begin(), kFieldColumns.end(), column) == kFieldColumns.end();
}

std::string add_row(PartList::Rows& rows, std::map<std::string, std::string> written) {
  const auto key = take(written, kKeyColumn);
  if (key.empty()) return "a row has no key";
  if (key.size() > kLongestKey || visible(key) != key)
    return fmt::format("the key \"{}\" is longer than {} bytes or has control characters", visible(key).substr(0, kLongestKey),
                       kLongestKey);
  const auto to = take(written, kToColumn);
  const auto name = take(written, kNameColumn);
  std::erase_if(written, [](const auto& column) { return column.second.empty(); });
  const auto [place, is_new] = rows.try_emplace(key);
  auto& row = place->second;
  if (rows.size() > kMostParts) return fmt::format("there are more than {} parts", kMostParts);
  if (is_new)
    row.values = std::move(written);
  else if (row.values != written)
    row.problem = fmt::format("the rows of {} differ in more than to and name", key);
  if (!to.empty()) row.to.push_back(mailbox_text(to, name));
  return {};
}

Instant same_wall_time(Instant at, const Zone& from, const Zone& to) {
  return to.resolve(from.local_date(at), from.local_time(at));
}

}  // namespace reportctl::schedule
