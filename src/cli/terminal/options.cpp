// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "options.hpp"

#include <cstring>

#include "reportctl/base/error.hpp"
#include "reportctl/base/for_people.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/cli/commands.hpp"

namespace reportctl::cli {

CLI::App& add_command(CLI::App& root, const CommandText& text) {
  std::string summary = text.summary;
  for (const Command& command : commands())
    if (text.name == command.name) summary = command.summary;
  CLI::App* command = root.add_subcommand(text.name, summary);
  command->footer(text.examples);
  return *command;
}

CLI::App& add_verb(CLI::App& command, const CommandText& text) {
  CLI::App* verb = command.add_subcommand(text.name, text.summary);
  verb->footer(text.examples);
  command.require_subcommand(1);
  return *verb;
}

void when_chosen(CLI::App& verb, Session& session, std::function<int()> act) {
  verb.callback([&session, act = std::move(act)] { session.chosen = act; });
}

CLI::Option* add_account_option(CLI::App& app, std::optional<std::string>& account) {
  return app.add_option("--account", account, "account; may be omitted if there is only one")->type_name("ID");
}

void add_text_option(CLI::App& app, std::optional<std::string>& value, const std::string& names, const std::string& type,
                     const std::string& help) {
  app.add_option_function<std::string>(
         names, [&value](const std::string& text) { value = text; }, help)
      ->type_name(type);
}

void add_output_option(CLI::App& app, std::string& file) {
  app.add_option_function<std::string>(
         "-o,--output",
         [&file](const std::string& text) {
           if (text.empty()) throw Error(ErrorKind::usage, "--output needs the name of a file", "- is standard output");
           file = text;
         },
         "write this file, whole or not at all; default: standard output")
      ->type_name("FILE");
}

CLI::Option* add_yes_option(CLI::App& app, bool& yes) {
  return app.add_flag("-y,--yes", yes, "do not ask; needed where there is no terminal");
}

CLI::Option* add_repeated_option(CLI::App& app, std::vector<std::string>& values, const RepeatedText& text) {
  return app.add_option(text.names, values, text.help)->type_name(text.value)->allow_extra_args(false);
}

std::string minute_or_dash(const std::optional<Instant>& instant, const Zone& zone) {
  return instant ? minute_text(*instant, zone) : "–";
}

}  // namespace reportctl::cli
