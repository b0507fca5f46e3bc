// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <map>

#include "reportctl/base/domains.hpp"
#include "reportctl/base/text.hpp"
#include "rules.hpp"

namespace reportctl::validation {

std::optional<Mailbox> check_address(const schedule::Recipient& given, const std::string& field, const Context& context,
                                     Violations& found) {
  const auto refuse = [&](Code code, std::string message, std::string hint) {
    found.push_back({code, field, std::move(message), std::move(hint)});
    return std::nullopt;
  };
  const auto& mailbox = given.mailbox();
  constexpr const char* kForm = "write name@example.com or Name <name@example.com>";
  if (!mailbox) {
    const auto& text = given.text();
    const bool several = text.find_first_of(",;") != std::string::npos && text.find('@') != std::string::npos;
    return refuse(Code::recipient_invalid, fmt::format("{} is not an address: {}", in_quotes(text), printable(given.problem())),
                  several ? "give one address each time" : kForm);
  }
  const auto& address = mailbox->address;
  if (has_control(mailbox->display))
    return refuse(Code::recipient_invalid, fmt::format("the name before {} has a control character", address.str()), kForm);
  if (may_be_routed_on(address))
    return refuse(Code::recipient_invalid,
                  fmt::format("{} has % or ! before the @, so a mail server may pass it on to another domain", address.str()),
                  kForm);
  if (address.str().starts_with('-'))
    return refuse(Code::recipient_invalid,
                  fmt::format("{} begins with a hyphen, which mail servers take for an option and refuse", address.str()), kForm);
  if (address.is_local() && !context.mails_this_host)
    return refuse(Code::recipient_invalid,
                  fmt::format("{} is an address of this host, and mail.transport hands mail to another one", address.str()),
                  "write an address with a domain, or use a sendmail: transport");
  // The list itself is not shown: it may tell who else is a customer.
  if (!is_in_domains(address, context.allowed_domains) || !is_in_domains(address, context.account.allowed_domains))
    return refuse(Code::recipient_not_allowed, fmt::format("reports of this account may not be sent to {}", address.str()),
                  "use an address of an allowed domain, or ask an operator to allow this one");
  return mailbox;
}

std::vector<Mailbox> check_recipients(const std::vector<schedule::Recipient>& given, const Context& context, Violations& found) {
  std::vector<Mailbox> recipients;
  std::map<std::string, std::size_t> places;
  if (given.empty()) found.push_back({Code::recipient_required, "to", "no recipient", "add at least one address"});
  for (std::size_t i = 0; i < given.size(); ++i) {
    const std::string field = place("to", i);
    const auto& mailbox = given[i].mailbox();
    const auto [first, is_new] = places.emplace(mailbox ? mailbox->address.normalized() : field, i);
    if (!is_new) {
      found.push_back({Code::recipient_duplicate, field,
                       fmt::format("{} is the same address as {}", mailbox->address.str(), place("to", first->second)),
                       "name it once"});
    } else if (auto checked = check_address(given[i], field, context, found)) {
      recipients.push_back(std::move(*checked));
    }
  }
  return recipients;
}

}  // namespace reportctl::validation
