// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <vector>

#include "reportctl/access/access.hpp"

namespace reportctl::access {
namespace {

using schedule::FieldKind;
using schedule::FieldText;

/// A text, or a list of texts.
template <typename In>
AccountField row(std::string_view name, In) {
  constexpr bool kIsText = std::is_same_v<std::decay_t<decltype(In{}(std::declval<Account&>()))>, std::string>;
  return {.name = name,
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
      row(
          "name", [](auto& a) -> auto& { return a.name; }),
      row(
          "timezone", [](auto& a) -> auto& { return a.timezone; }),
      row(
          "language", [](auto& a) -> auto& { return a.language; }),
      row(
          "calendar", [](auto& a) -> auto& { return a.calendar; }),
      row(
          "source", [](auto& a) -> auto& { return a.source; }),
      row(
          "key", [](auto& a) -> auto& { return a.key; }),
      row(
          "features", [](auto& a) -> auto& { return a.features; }),
      row(
          "brand.name", [](auto& a) -> auto& { return a.brand.name; }),
      row(
          "brand.color", [](auto& a) -> auto& { return a.brand.color; }),
      row(
          "brand.logo", [](auto& a) -> auto& { return a.brand.logo; }),
      row(
          "allowed_domains", [](auto& a) -> auto& { return a.allowed_domains; }),
  };
  return kFields;
}

}  // namespace reportctl::access
