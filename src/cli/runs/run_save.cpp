// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <memory>

#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/visibility.hpp"
#include "reportctl/rows/file_format.hpp"
#include "reportctl/run/message.hpp"
#include "reportctl/store/deliveries.hpp"
#include "reportctl/store/runs.hpp"
#include "runs_verbs.hpp"
#include "stored_file.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/filters.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {
namespace {

struct SaveOptions {
  std::string run;
  std::string output;
  std::optional<std::string> to, file;
  bool message = false;
};

store::Delivery delivery_to(Session& session, const store::Run& run, const std::optional<std::string>& to) {
  auto deliveries = store::list_deliveries(session.state(), run.id);
  std::erase_if(deliveries,
                [](const store::Delivery& delivery) { return delivery.notification || !delivery.destination.empty(); });
  std::vector<std::string> addresses;
  for (const auto& delivery : deliveries) addresses.push_back(delivery.address);
  if (to) {
    const auto address = to_lower(address_named(*to));
    std::erase_if(deliveries, [&](const store::Delivery& delivery) { return to_lower(delivery.address) != address; });
    if (deliveries.empty())
      throw Error(ErrorKind::not_found, fmt::format("run {} was not to go to {}", run.id, visible(*to)),
                  "its recipients: " + join(addresses, ", "));
  }
  if (deliveries.empty())
    throw Error(ErrorKind::not_found, fmt::format("run {} has no mail: it ended {}", run.id, store::run_state_name(run.state)));
  if (deliveries.size() > 1)
    throw Error(ErrorKind::usage, fmt::format("run {} has {} recipients", run.id, deliveries.size()),
                "add --to with one of " + join(addresses, ", "));
  return deliveries.front();
}

int save_message(Session& session, const store::Run& run, const SaveOptions& options) {
  const auto delivery = delivery_to(session, run, options.to);
  const Destination destination{options.output};
  hand_out(
      destination, [&](Sink& sink) { run::write_message(session.parts(), run, delivery, sink); },
      [&](Handed handed) {
        const Json payload = {{"runId", run.id},
                              {"deliveryId", delivery.id},
                              {"sha256", delivery.message_sha256},
                              {"complete", handed == Handed::whole}};
        store::append_audit(session.state(),
                            {{.name = "RunSaved",
                              .account = run.account,
                              .subject = run.id,
                              .actor = session.actor().str(),
                              .payload = json_text(payload)}},
                            session.now());
      });
  if (destination.is_stream()) return exit_code::kDone;
  session.out().done(fmt::format("{}: the mail of {} bytes to {}", options.output, delivery.message_bytes, delivery.address),
                     {{"run_id", run.id},
                      {"output", options.output},
                      {"address", delivery.address},
                      {"bytes", delivery.message_bytes},
                      {"sha256", delivery.message_sha256}});
  return exit_code::kDone;
}

/// The one that was asked for, by its name or its format, or the only one.
store::RunFile file_of(const store::Run& run, const std::vector<store::RunFile>& files,
                       const std::optional<std::string>& wanted) {
  std::vector<std::string> names;
  std::vector<store::RunFile> found;
  for (const auto& file : files) {
    names.push_back(file.name);
    if (!wanted || file.name == *wanted || rows::canonical_format(*wanted) == file.format) found.push_back(file);
  }
  if (found.size() == 1) return found.front();
  if (found.empty())
    throw Error(ErrorKind::not_found, fmt::format("run {} has no file {}", run.id, visible(*wanted)),
                "it has " + join(names, ", "));
  throw Error(ErrorKind::usage, fmt::format("run {} has {} files{}", run.id, found.size(), wanted ? " of that format" : ""),
              "name one with --file: " + join(names, ", "));
}

int save(Session& session, const SaveOptions& options) {
  const auto run = visible_run(session.viewer(), options.run);
  const auto scope = scope_of(session, run);
  access::require(session.actor(), access::Action::run, run.account, scope);
  require_reports(session.editor(), reports_of(session.state(), run), run.account, scope);
  if (run.artifact_sha256.empty()) {
    throw Error(ErrorKind::not_found, fmt::format("run {} has no file: it ended {}", run.id, store::run_state_name(run.state)),
                fmt::format("reportctl runs show {}", run.id));
  }
  if (run.file_pruned_at) {
    throw Error(ErrorKind::not_found, fmt::format("the file of run {} was pruned at {}", run.id, format_utc(*run.file_pruned_at)),
                "make the report again: reportctl run");
  }
  if (options.message) return save_message(session, run, options);
  const auto file = file_of(run, store::run_files(session.state(), run), options.file);
  const Destination destination{options.output, file.format};
  write_stored(session, destination, {file.sha256, fmt::format("run {}", run.id), file.bytes}, [&](bool complete) {
    const Json payload = {{"runId", run.id}, {"sha256", file.sha256}, {"bytes", file.bytes}, {"complete", complete}};
    return store::AuditEvent{.name = "RunSaved",
                             .account = run.account,
                             .subject = run.id,
                             .actor = session.actor().str(),
                             .payload = json_text(payload)};
  });
  if (destination.is_stream()) return exit_code::kDone;
  session.out().done(fmt::format("{}: the {} bytes that were sent", options.output, file.bytes),
                     {{"run_id", run.id}, {"output", options.output}, {"bytes", file.bytes}, {"sha256", file.sha256}});
  return exit_code::kDone;
}

}  // namespace

void bind_runs_save(CLI::App& command, Session& session) {
  const auto options = std::make_shared<SaveOptions>();
  auto& verb = add_verb(command, {.name = "save",
                                  .summary = "the exact bytes that were sent, their hash checked: the file, or the whole mail",
                                  .examples = "reportctl runs save 3f2a > report.csv\n"
                                              "reportctl runs save 3f2a --output report.xlsx\n"
                                              "reportctl runs save 3f2a --message --to ann@example.com > mail.eml"});
  verb.add_option("run", options->run, "id, or the first characters of it")->required()->type_name("RUN");
  verb.add_flag("--message", options->message, "the mail as it was sent, headers and parts, instead of the file");
  add_text_option(verb, options->file, "--file", "NAME", "its name or format; needed where the run has several");
  add_text_option(verb, options->to, "--to", "ADDRESS", "whose mail; needed where the run has several recipients");
  add_output_option(verb, options->output);
  when_chosen(verb, session, [&session, options] { return save(session, *options); });
}

}  // namespace reportctl::cli
