// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <vector>

#include "reportctl/access/access.hpp"
#include "reportctl/base/member_path.hpp"

namespace reportctl::access {
namespace {

using schedule::FieldKind;
using schedule::FieldText;

/// A text, or a list of texts.
template <typename In>
AccountField row(std::string_view name, DecidedBy decided_by, In) {
  constexpr bool kIsText = std::is_same_v<std::decay_t<decltype(In{}(std::declval<Account&>()))>, std::string>;
  return {.name = name,
          .decided_by = decided_by,
          .kind = kIsText ? FieldKind::text : FieldKind::list,
          .text = [](const Account& account) -> FieldText {
            const auto& value = In{}(account);
            if constexpr (kIsText) {
              return value.empty() ? FieldText{} : FieldText{{value}, {}};
            } else {
              return {{value.begin(), value.end()}, {}};
            }
          },
          .read =
              [](const FieldText& text, Account& account) {
                auto& value = In{}(account);
                if constexpr (kIsText) {
                  value = text.values.empty() ? std::string() : text.values.front();
                } else {
                  value = {text.values.begin(), text.values.end()};
                }
              }};
}

}  // namespace

std::span<const AccountField> account_fields() {
  static const std::vector<AccountField> kFields = {
      row("name", DecidedBy::steward, member<&Account::name>),
      row("timezone", DecidedBy::steward, member<&Account::timezone>),
      row("language", DecidedBy::steward, member<&Account::language>),
      row("calendar", DecidedBy::steward, member<&Account::calendar>),
      row("source", DecidedBy::administrator, member<&Account::source>),
      row("key", DecidedBy::administrator, member<&Account::key>),
      row("features", DecidedBy::administrator, member<&Account::features>),
      row("brand.name", DecidedBy::steward, member<&Account::brand, &Brand::name>),
      row("brand.color", DecidedBy::steward, member<&Account::brand, &Brand::color>),
      row("brand.logo", DecidedBy::steward, member<&Account::brand, &Brand::logo>),
      row("allowed_domains", DecidedBy::administrator, member<&Account::allowed_domains>),
  };
  return kFields;
}

}  // namespace reportctl::access
