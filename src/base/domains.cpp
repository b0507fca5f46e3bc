// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/domains.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reportctl/base/text.hpp"

namespace reportctl {

bool is_in_domains(const EmailAddress& address, const std::vector<std::string>& domains) {
  if (domains.empty()) return true;
  return std::any_of(domains.begin(), domains.end(), [&](const std::string& domain) {
    const auto parsed = EmailAddress::parse(fmt::format("x@{}", trim(domain)));
    return address.domain() == (parsed ? std::string(parsed->domain()) : to_lower(trim(domain)));
  });
}

bool may_be_routed_on(const EmailAddress& address) {
  const std::string& text = address.str();
  return text.substr(0, text.find('@')).find_first_of("%!") != std::string::npos;
}

}  // namespace reportctl
