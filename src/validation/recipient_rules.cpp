// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <map>

#include "reportctl/base/domains.hpp"
#include "reportctl/base/text.hpp"
#include "rules.hpp"

namespace reportctl::validation {

std::vector<Mailbox> check_recipients(const std::vector<schedule::Recipient>& given, const Context& context, Violations& found) {
  std::vector<Mailbox> recipients;
  std::map<std::string, std::size_t> places;
  if (given.empty()) found.push_back({Code::recipient_required, "to", "no recipient", "add at least one address"});
  for (std::size_t i = 0; i < given.size(); ++i) {
    const std::string field = place("to", i);
    const auto& mailbox = given[i].mailbox();
    if (!mailbox) {
      const auto& text = given[i].text();
      const bool several = text.find_first_of(",;") != std::string::npos && text.find('@') != std::string::npos;
      found.push_back({Code::recipient_invalid, field,
                       fmt::format("{} is not an address: {}", in_quotes(text), printable(given[i].problem())),
                       several ? "give one address each time" : "write name@example.com or Name <name@example.com>"});
      continue;
    }
    if (may_be_routed_on(mailbox->address) || has_control(mailbox->display)) {
      found.push_back({Code::recipient_invalid, field,
                       has_control(mailbox->display)
                           ? fmt::format("the name before {} has a control character", mailbox->address.str())
                           : fmt::format("{} has % or ! before the @, so a mail server may pass it on to another domain",
                                         mailbox->address.str()),
                       "write name@example.com or Name <name@example.com>"});
      continue;
    }
    const auto [first, is_new] = places.emplace(mailbox->address.normalized(), i);
    if (!is_new) {
      found.push_back({Code::recipient_duplicate, field,
                       fmt::format("{} is the same address as {}", mailbox->address.str(), place("to", first->second)),
                       "name it once"});
      continue;
    }
    if (mailbox->address.is_local() && !context.mails_this_host) {
      found.push_back(
          {Code::recipient_invalid, field,
           fmt::format("{} is an address of this host, and mail.transport hands mail to another one", mailbox->address.str()),
           "write an address with a domain, or use a sendmail: transport"});
      continue;
    }
    // The list itself is not shown: it may tell who else is a customer.
    if (!is_in_domains(mailbox->address, context.allowed_domains) ||
        !is_in_domains(mailbox->address, context.account.allowed_domains)) {
      found.push_back({Code::recipient_not_allowed, field,
                       fmt::format("reports of this account may not be sent to {}", mailbox->address.str()),
                       "use an address of an allowed domain, or ask an operator to allow this one"});
      continue;
    }
    recipients.push_back(*mailbox);
  }
  return recipients;
}

}  // namespace reportctl::validation
