// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <set>
#include <utility>

#include "help.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/cli/commands.hpp"
#include "reportctl/cli/session.hpp"

namespace reportctl::cli {

namespace {

constexpr const char* kVersionText = "reportctl " REPORTCTL_VERSION "\n";
constexpr const char* kExamples =
    "reportctl init --demo                   # try it: demo data, schedules due now\n"
    "reportctl run sales --account shop      # a report, now, as CSV\n"
    "reportctl run-due                       # what cron calls every few minutes\n"
    "reportctl schedule list --json          # a table for people, JSON for scripts";

void add_global_options(CLI::App& root, Globals& globals) {
  root.set_help_flag("-h,--help", "help on a command, examples first");
  root.add_option("--config", globals.config, "other files than the usual ones")->type_name("FILE");
  root.add_option("--state", globals.state, "other files than the usual ones")->type_name("FILE");
  root.add_option("--as", globals.as, "act as the member with this login (operators)")
      ->type_name("LOGIN")
      ->check([](const std::string& login) { return login.empty() ? "names nobody" : ""; });  // of a script's empty variable
  root.add_option("--output-format", globals.output_format, "table, plain, json or csv")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"table", "plain", "json", "csv"}).description(""));
  root.add_flag("--json", globals.json, "short for that output format");
  root.add_flag("--csv", globals.csv, "short for that output format");
  root.add_flag("-q,--quiet", globals.quiet, "say only what went wrong; say more, or -vv more");
  root.add_flag("-v,--verbose", globals.verbose, "say only what went wrong; say more, or -vv more");
  root.add_option("--color", globals.color, "auto, always or never")
      ->type_name("WHEN")
      ->check(CLI::IsMember({"auto", "always", "never"}).description(""));
  root.add_flag("--really", globals.really, "send mail and webhooks under REPORTCTL_NOW too");
  root.add_flag("-w,--wide", globals.wide, "show every column of a table, whole");
  root.add_flag("--no-pager", globals.no_pager, "never show long output through a pager");
  root.set_version_flag("--version", kVersionText, "the version");
}

/// The long and short global options that take a value, without a parser at hand.
bool takes_value(const std::string& word) {
  static const std::vector<std::string> kWithValue = {"--config", "--state", "--as", "--output-format", "--color"};
  return std::find(kWithValue.begin(), kWithValue.end(), word) != kWithValue.end();
}

const CLI::App& deepest(const CLI::App& root) {
  const CLI::App* app = &root;
  while (!app->get_subcommands().empty()) app = app->get_subcommands().back();
  return *app;
}

std::vector<std::string> verbs_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* verb : app.get_subcommands(std::function<bool(const CLI::App*)>()))
    if (!verb->get_group().empty()) names.push_back(verb->get_name());
  return names;
}

std::vector<std::string> options_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* level = &app; level != nullptr; level = level->get_parent())
    for (const CLI::Option* option : level->get_options())
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

std::string help_hint(const CLI::App& app) { return fmt::format("see {} --help", path_of(app)); }

/// Words of other systems for options of this one.
constexpr std::pair<std::string_view, std::string_view> kOtherWords[] = {{"frequency", "cadence"},
                                                                         {"recipients", "to"},
                                                                         {"recipient", "to"},
                                                                         {"emails", "to"},
                                                                         {"date-range", "window"},
                                                                         {"period", "window"},
                                                                         {"time", "at"},
                                                                         {"day-of-week", "on"},
                                                                         {"day-of-month", "day"},
                                                                         {"mode", "param mode=…"},
                                                                         {"file-type", "format"},
                                                                         {"report-type", "report"},
                                                                         {"export-type", "report"},
                                                                         {"is-active", "paused"},
                                                                         {"time-zone", "timezone"},
                                                                         {"lookback-days", "lookback"}};

/// `dayOfWeek` and `day_of_week` as options are written: `day-of-week`.
std::string hyphenated(std::string_view word) {
  std::string written;
  for (const char c : word) {
    const bool capital = c >= 'A' && c <= 'Z';
    if (capital && !written.empty()) written += '-';
    written += capital ? static_cast<char>(c + ('a' - 'A')) : c == '_' ? '-' : c;
  }
  return written;
}

/// `--tos` is near `--to` though nearest() has only what follows the dashes to compare.
std::string option_hint(const CLI::App& app, const std::string& word) {
  std::string bare = word.substr(0, word.find('='));
  bare.erase(0, bare.find_first_not_of('-'));
  bare = hyphenated(bare);
  std::vector<std::string> names = options_of(app);
  for (std::string& name : names) name.erase(0, 2);
  for (const auto& [other, option] : kOtherWords)
    if (bare == other && std::find(names.begin(), names.end(), option.substr(0, option.find(' '))) != names.end())
      return fmt::format("did you mean --{}?", option);
  const auto near = nearest(bare, names);
  return near ? fmt::format("did you mean --{}?", *near) : help_hint(app);
}

/// What was left over says more than what is missing.
Error explain_leftover(const CLI::App& app, const std::string& word) {
  const std::string shown = visible(word);
  if (word.size() > 1 && word.front() == '-')
    return Error(ErrorKind::usage, fmt::format("unknown option {}", shown.substr(0, shown.find('='))), option_hint(app, word));
  const std::vector<std::string> verbs = verbs_of(app);
  if (!verbs.empty()) {
    const auto near = nearest(word, verbs);
    return Error(ErrorKind::usage, fmt::format("unknown subcommand \"{}\" of {}", shown, path_of(app)),
                 near ? fmt::format("did you mean \"{}\"?", *near) : fmt::format("one of: {}", join(verbs, ", ")));
  }
  return Error(ErrorKind::usage, fmt::format("unexpected argument \"{}\"", shown), help_hint(app));
}

/// What people know from other tools, for verbs that a command does not have.
constexpr std::pair<std::string_view, std::string_view> kOtherVerbs[] = {
    {"rm", "remove"},     {"delete", "remove"}, {"del", "remove"},      {"ls", "list"},       {"create", "add"},
    {"new", "add"},       {"update", "edit"},   {"change", "edit"},     {"modify", "edit"},   {"get", "show"},
    {"info", "show"},     {"describe", "show"}, {"view", "show"},       {"disable", "pause"}, {"stop", "pause"},
    {"enable", "resume"}, {"start", "resume"},  {"unpause", "resume"},  {"verify", "check"},  {"download", "fetch"},
    {"rerun", "retry"},   {"send", "resend"},   {"acknowledge", "ack"}, {"try", "test"}};

const CLI::App* subcommand_of(const CLI::App& app, std::string_view name) {
  for (const CLI::App* one : app.get_subcommands(std::function<bool(const CLI::App*)>()))
    if (one->get_name() == name) return one;
  return nullptr;
}

/// The option that an exact name, or the only one that a beginning of a name, means here. `--time` is no beginning of
/// `--timezone`: other systems have it for `--at`.
const CLI::Option* option_meant(const CLI::App& app, const std::string& name) {
  const bool is_other = std::any_of(std::begin(kOtherWords), std::end(kOtherWords),
                                    [&](const auto& word) { return name == fmt::format("--{}", word.first); });
  std::set<const CLI::Option*> begun;
  for (const CLI::App* level = &app; level != nullptr; level = level->get_parent())
    for (const CLI::Option* option : level->get_options()) {
      if (option->get_positional() ? false : option->check_name(name)) return option;
      if (is_other || option->get_group().empty() || !name.starts_with("--") || name.size() < 4) continue;
      for (const auto& long_name : option->get_lnames())
        if (("--" + long_name).starts_with(name)) begun.insert(option);
    }
  return begun.size() == 1 ? *begun.begin() : nullptr;
}

/// Verbs of other tools become ours, and the beginnings of options whole ones, where that is unambiguous.
Arguments spelled_out(const CLI::App& root, Arguments arguments) {
  const CLI::App* app = &root;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string& word = arguments[i];
    if (word == "--") break;
    if (word.size() > 1 && word.front() == '-') {
      const auto equals = word.find('=');
      const auto* option = option_meant(*app, word.substr(0, equals));
      if (option == nullptr) continue;
      if (word.starts_with("--") && !option->get_lnames().empty() && !option->check_name(word.substr(0, equals)))
        word.replace(0, std::min(equals, word.size()), "--" + option->get_lnames().front());
      if (equals == std::string::npos && option->get_items_expected_max() != 0) ++i;  // its value
      continue;
    }
    if (subcommand_of(*app, word) == nullptr && app != &root)
      for (const auto& [theirs, ours] : kOtherVerbs)
        if (word == theirs && subcommand_of(*app, ours) != nullptr) word = ours;
    if (const auto* next = subcommand_of(*app, word)) app = next;
  }
  return arguments;
}

Error explain(const CLI::ParseError& error, const CLI::App& root) {
  const CLI::App& app = deepest(root);
  const std::vector<std::string> leftover = root.remaining(true);
  if (!leftover.empty()) return explain_leftover(app, leftover.front());
  const std::vector<std::string> verbs = verbs_of(app);
  if (!verbs.empty() && app.get_subcommands().empty())
    return Error(ErrorKind::usage, fmt::format("{} needs a verb", path_of(app)), fmt::format("one of: {}", join(verbs, ", ")));
  const std::string what = error.what();
  if (error.get_name() == "ArgumentMismatch") {
    const std::string option = what.substr(0, what.find(':'));
    const bool missing = what.ends_with("missing");
    return Error(ErrorKind::usage,
                 fmt::format("{} {}", visible(option), missing ? "needs a value" : "takes one value and was given more"),
                 help_hint(app));
  }
  if (error.get_name() == "ConversionError") {
    const std::size_t colon = what.find(": ");
    const std::size_t equals = what.find(" = ");
    if (colon != std::string::npos && equals != std::string::npos) {
      return Error(ErrorKind::usage,
                   fmt::format("{}: \"{}\" is not a number", visible(what.substr(colon + 2, equals - colon - 2)),
                               visible(what.substr(equals + 3))),
                   help_hint(app));
    }
  }
  return Error(ErrorKind::usage, visible(what), help_hint(app));
}

}  // namespace

std::string chosen_command(const Arguments& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (takes_value(arguments[i])) {
      ++i;
    } else if (arguments[i].empty() || arguments[i].front() != '-') {
      return arguments[i];
    }
  }
  return {};
}

Arguments normalized(Arguments arguments) {
  const std::string command = chosen_command(arguments);
  // Before the command `--` ends nothing that could be mistaken for an option.
  if (const auto ended = std::find(arguments.begin(), arguments.end(), "--");
      ended < std::find(arguments.begin(), arguments.end(), command))
    arguments.erase(ended);
  if (command == "help") {
    std::erase(arguments, command);  // `help help` too
    arguments.push_back("--help");
  }
  Arguments out;
  bool options = true;
  for (std::string& word : arguments) {
    if (word == "--") options = false;
    const bool empty_value = options && word.size() > 3 && word.starts_with("--") && word.find('=') == word.size() - 1;
    if (empty_value) word.pop_back();
    out.push_back(std::move(word));
    if (empty_value) out.emplace_back();
  }
  return out;
}

bool asks_for_json(const Arguments& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--json" || arguments[i] == "--output-format=json") return true;
    if (arguments[i] == "--output-format" && i + 1 < arguments.size() && arguments[i + 1] == "json") return true;
  }
  return false;
}

std::unique_ptr<CLI::App> make_parser(Session& session, const std::string& command) {
  auto root = std::make_unique<CLI::App>("", "reportctl");
  root->fallthrough();
  root->footer(kExamples);
  root->require_subcommand(0, 1);
  add_global_options(*root, session.globals);
  std::vector<std::string> names;
  for (const Command& candidate : commands()) {
    if (command.empty() || command == candidate.name) candidate.bind(*root, session);
    names.emplace_back(candidate.name);
  }
  if (!command.empty() && std::find(names.begin(), names.end(), command) == names.end()) {
    const auto near = nearest(command, names);
    throw Error(ErrorKind::usage, fmt::format("there is no command \"{}\"", command),
                near ? fmt::format("did you mean \"{}\"?", *near) : "see reportctl --help");
  }
  return root;
}

std::optional<std::string> parse(CLI::App& root, const Arguments& typed) {
  const auto arguments = spelled_out(root, typed);
  try {
    root.parse(Arguments(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    const CLI::App& app = deepest(root);
    return app.get_parent() == nullptr ? program_help(root) : command_help(app);
  } catch (const CLI::CallForVersion&) {
    return kVersionText;
  } catch (const CLI::ParseError& error) {  // CLI11 reports by exceptions of its own
    throw explain(error, root);
  }
  if (root.get_subcommands().empty()) return program_help(root);
  return std::nullopt;
}

}  // namespace reportctl::cli
