// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include "binds.hpp"
#include "findings.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {

namespace {

struct ConfigOptions {
  bool changed = false;
};

int show(Session& session, const ConfigOptions& options) {
  Listing listing;
  listing.columns = {{"key"}, {"value", "VALUE", Align::left, Show::cut}, {"origin", "ORIGIN", Align::left, Show::cut}};
  for (const settings::Origin& origin : session.config().origins) {
    const bool is_default = origin.origin == "default";
    if (options.changed && is_default) continue;
    const Tone tone = is_default ? Tone::dim : Tone::none;
    listing.rows.push_back(
        {{origin.key}, origin.value.empty() ? Field{"–", Tone::dim} : Field{origin.value, tone}, {origin.origin, tone}});
    listing.records.push_back({{"key", origin.key}, {"value", origin.value}, {"origin", origin.origin}});
  }
  listing.empty = "every setting has its default";
  session.out().list(listing);
  return 0;
}

int check_config(Session& session) {
  return show_findings(session, config_findings(session)) ? exit_code::kDone : exit_code::kConfig;
}

}  // namespace

void bind_config(CLI::App& root, Session& session) {
  CLI::App& command = add_command(root, {"config", "",
                                         "reportctl config show\n"
                                         "reportctl config show --changed\n"
                                         "reportctl config check"});
  {
    const auto options = std::make_shared<ConfigOptions>();
    CLI::App& verb = add_verb(command, {"show", "every setting, its value and where it came from",
                                        "reportctl config show\n"
                                        "reportctl config show --changed\n"
                                        "REPORTCTL_POLICY_RETRIES=2 reportctl config show --json"});
    verb.add_flag("--changed", options->changed, "only what is not a default");
    when_chosen(verb, session, [&session, options] { return show(session, *options); });
  }
  {
    CLI::App& verb = add_verb(command, {"check", "load everything, open everything, say what is wrong; exit code 78",
                                        "reportctl config check\n"
                                        "reportctl config check --config ./new.yaml --json"});
    when_chosen(verb, session, [&session] { return check_config(session); });
  }
}

}  // namespace reportctl::cli
