// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include "binds.hpp"
#include "mail_preview.hpp"
#include "reportctl/base/domains.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/delivery/transport.hpp"
#include "reportctl/mail/message.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {

namespace {

using delivery::Outcome;
using delivery::OutcomeKind;

struct MailOptions {
  std::string to;
};

int exit_code_of_probe(const Outcome& outcome) {
  if (outcome.kind == OutcomeKind::accepted) return exit_code::kDone;
  if (outcome.reason_class == "config") return exit_code::kConfig;
  switch (outcome.kind) {
    case OutcomeKind::accepted:
      return exit_code::kDone;
    case OutcomeKind::refused:
      return exit_code::kUnsuccessful;
    case OutcomeKind::deferred:
      return exit_code::kDeferred;
    case OutcomeKind::unknown:
      return exit_code::kUnknownDelivery;
  }
  return exit_code::kFailed;
}

const char* word_of(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::accepted:
      return "accepted";
    case OutcomeKind::refused:
      return "refused";
    case OutcomeKind::deferred:
      return "deferred";
    case OutcomeKind::unknown:
      return "unknown";
  }
  return "unknown";
}

Mailbox recipient(Session& session, const std::string& text) {
  std::string why;
  const auto to = Mailbox::parse(text, &why);
  if (!to) throw Error(ErrorKind::usage, fmt::format("--to: \"{}\": {}", text, why), "write an address such as ann@example.com");
  const auto& allowed = session.config().settings.mail.allowed_domains;
  if (!is_in_domains(to->address, allowed))
    throw Error(ErrorKind::invalid, fmt::format("mail to {} is not allowed", to->address.domain()),
                "mail.allowed_domains: " + join(allowed, ", "));
  return *to;
}

Outcome send(Session& session, delivery::Transport& transport, const Mailbox& to) {
  const settings::Settings& settings = session.config().settings;
  if (!settings.mail.from) throw Error(ErrorKind::config, "mail.from is not set", "write mail.from into reportctl.yaml");
  const std::string id = new_id();
  TempFile body = TempFile::create(settings.state.parent_path());
  mail::Content content;
  content.text = fmt::format("This is a test message of reportctl.\n\nIt left through {} at {}, because {} asked for it.\n",
                             transport.describe(), format_utc(session.now()), session.actor().str());
  content.boundary_seed = id;
  mail::write_body(content, body);
  mail::Envelope envelope{*settings.mail.from,
                          to,
                          HeaderValue::cleaned("reportctl test message"),
                          session.now(),
                          mail::message_id("test", id, settings.mail.from->address),
                          std::nullopt};
  delivery::Letter letter{settings.mail.from->address, to.address, mail::write_head(envelope), &body};
  return transport.send(letter, [] {});
}

int test(Session& session, const MailOptions& options) {
  access::require(session.actor(), access::Action::administer, "", {});
  const auto transport = delivery::open_transport(session.config().settings.mail.transport);
  Outcome outcome;
  if (options.to.empty()) {
    outcome = transport->probe();
  } else {
    const Mailbox to = recipient(session, options.to);
    run::require_real_clock(session.config().settings);
    outcome = send(session, *transport, to);
    store::append_audit(
        session.state(),
        manage::audit_of(session.actor(),
                         {"MailTested", "", "", nullptr, {{"to", to.address.str()}, {"outcome", word_of(outcome.kind)}}}),
        session.now());
  }
  const bool good = outcome.kind == OutcomeKind::accepted;
  Sheet sheet;
  sheet.lines = {{"Transport", {transport->describe()}},
                 {"Result",
                  {options.to.empty() && good ? "ready; nothing was sent (--to ADDRESS sends a message)" : word_of(outcome.kind),
                   good ? Tone::good : Tone::bad}}};
  if (!options.to.empty()) sheet.lines.push_back({"To", {options.to}});
  if (!outcome.answer.empty()) sheet.lines.push_back({"Answer", {outcome.answer}});
  sheet.record = {{"transport", transport->describe()}, {"sent", !options.to.empty()},          {"to", options.to},
                  {"outcome", word_of(outcome.kind)},   {"reason_class", outcome.reason_class}, {"answer", outcome.answer}};
  session.out().sheet(sheet);
  return exit_code_of_probe(outcome);
}

}  // namespace

void bind_mail(CLI::App& root, Session& session) {
  CLI::App& command = add_command(root, {"mail", "",
                                         "reportctl mail test\n"
                                         "reportctl mail test --to ann@example.com\n"
                                         "reportctl mail preview spend --html spend.html"});
  const auto options = std::make_shared<MailOptions>();
  CLI::App& verb = add_verb(command, {"test", "try the transport: connect and log in, or send a small message",
                                      "reportctl mail test                         # connects, logs in, sends nothing\n"
                                      "reportctl mail test --to ann@example.com    # sends a small message"});
  verb.add_option("--to", options->to, "send a small message to this address")->type_name("ADDRESS");
  when_chosen(verb, session, [&session, options] { return test(session, *options); });
  bind_mail_preview(command, session);
}

}  // namespace reportctl::cli
