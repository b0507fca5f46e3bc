// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "mail_preview.hpp"

#include <fmt/format.h>

#include <memory>

#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/schedule_save.hpp"
#include "reportctl/manage/visibility.hpp"
#include "reportctl/run/preview.hpp"
#include "runs/run_endings.hpp"
#include "schedules/schedule_try.hpp"
#include "terminal/options.hpp"
#include "terminal/output_file.hpp"

namespace reportctl::cli {
namespace {

struct MailPreviewOptions {
  std::string name;
  std::optional<std::string> account, at, part, html, text;
};

void write_part(const std::string& file, const std::string& bytes) {
  write_to(Destination(file, "csv"), [&](Sink& sink) { sink.write(bytes); });
}

int preview_of_mail(Session& session, const MailPreviewOptions& options) {
  if (options.html == "-" && options.text == "-")
    throw Error(ErrorKind::usage, "--html - and --text - would be mixed on standard output", "give one of them a file");
  const auto [schedule, at, all_parts] = to_preview(session, options.name, options.account, options.at, options.part);
  auto planned = run::plan_schedule(session.parts(), schedule, at);
  if (const auto* rejection = std::get_if<run::Rejection>(&planned))
    manage::refuse(fmt::format("schedule \"{}\" would be rejected", schedule.definition.name), rejection->violations);
  const auto mail = run::preview_mail(session.parts(), std::get<run::RunPlan>(planned), schedule, at);
  const auto text = fmt::format("Subject: {}\n\n{}", mail.subject, mail.texts.text);
  if (options.html) write_part(*options.html, mail.texts.html);
  if (options.text) write_part(*options.text, text);
  if (!options.html && !options.text) session.out().text(text);
  return 0;
}

}  // namespace

void bind_mail_preview(CLI::App& command, Session& session) {
  const auto options = std::make_shared<MailPreviewOptions>();
  auto& verb = add_verb(command, {.name = "preview",
                                  .summary = "the mail of a schedule, to look at; nothing is sent or recorded",
                                  .examples = "reportctl mail preview spend\n"
                                              "reportctl mail preview spend --html spend.html && xdg-open spend.html\n"
                                              "reportctl mail preview spend --at 2026-03-16T06:30:00Z --text -"});
  verb.add_option("name", options->name, "name or id of the schedule")->required()->type_name("NAME");
  add_account_option(verb, options->account);
  add_text_option(verb, options->at, "--at", "INSTANT", "as if it ran then (RFC 3339); default: now");
  add_text_option(verb, options->part, "--part", "KEY", "which of its parts; default: the first that has an address");
  add_text_option(verb, options->html, "--html", "FILE", "write the HTML there, pictures included; - is standard output");
  add_text_option(verb, options->text, "--text", "FILE", "write subject and text there; without --html: to standard output");
  when_chosen(verb, session, [&session, options] { return preview_of_mail(session, *options); });
}

}  // namespace reportctl::cli
