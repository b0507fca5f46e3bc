// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>
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

namespace {

/// Destinations of other accounts are not told from those that are not there.
std::optional<schedule::Place> check_place(const schedule::Place& given, const TemplateRequest& path, const Context& context,
                                           Violations& found) {
  if (given.path.starts_with("//")) {  // not repeated: such urls are secrets
    found.push_back(
        {Code::recipient_invalid, std::string(path.field), "a url is no recipient",
         "give an e-mail address, such as that of the chat's channel; files go to destinations (reportctl.conf(5)), and "
         "`reportctl webhook add` tells programs how runs end"});
    return std::nullopt;
  }
  std::vector<std::string> own;
  for (const auto& [name, accounts] : context.destinations)
    if (std::find(accounts.begin(), accounts.end(), context.account.id) != accounts.end()) own.push_back(name);
  const auto before = found.size();
  if (std::find(own.begin(), own.end(), given.destination) == own.end()) {
    const auto known = own.empty()
                           ? std::string("this account has none: ask an operator for one (`destinations:` in reportctl.yaml)")
                           : "use " + either(own);
    found.push_back({Code::destination_not_allowed, std::string(path.field),
                     fmt::format("account {} has no destination {}{}", context.account.id, in_quotes(given.destination),
                                 did_you_mean(given.destination, own)),
                     known});
  }
  const auto text = check_path(path, found);
  return found.size() == before ? std::optional(schedule::Place{given.destination, text}) : std::nullopt;
}

}  // namespace

schedule::Recipients check_recipients(const RecipientsRequest& asked, const Context& context, Violations& found) {
  const auto& given = asked.given;
  schedule::Recipients recipients;
  std::map<std::string, std::size_t> seen;
  const Request nothing;
  if (given.empty()) found.push_back({Code::recipient_required, "to", "no recipient", "add at least one address"});
  for (std::size_t i = 0; i < given.size(); ++i) {
    const std::string field = place("to", i);
    const auto& mailbox = given[i].mailbox();
    const auto& target = given[i].place();
    const auto [first, is_new] = seen.emplace(mailbox ? mailbox->address.normalized() : target ? target->str() : field, i);
    if (!is_new) {
      found.push_back({Code::recipient_duplicate, field,
                       fmt::format("{} is the same {} as {}", mailbox ? mailbox->address.str() : printable(target->str()),
                                   mailbox ? "address" : "place", place("to", first->second)),
                       "name it once"});
    } else if (target) {
      const TemplateRequest path{.field = field,
                                 .text = target->path,
                                 .report = asked.report,
                                 .request = asked.request != nullptr ? *asked.request : nothing,
                                 .moment = catalog::TextMoment::before_rows};
      if (auto checked = check_place(*target, path, context, found)) recipients.places.push_back(std::move(*checked));
    } else if (auto checked = check_address(given[i], field, context, found)) {
      recipients.mailboxes.push_back(std::move(*checked));
    }
  }
  return recipients;
}

}  // namespace reportctl::validation
