// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "completion.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/cli/commands.hpp"
#include "reportctl/cli/session.hpp"
#include "reportctl/store/accounts.hpp"
#include "visibility.hpp"

namespace reportctl::cli {

namespace {

constexpr const char* kBash = R"(# bash completion for reportctl
_reportctl() {
  local IFS=$'\n'
  COMPREPLY=($("${COMP_WORDS[0]}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  local i
  for i in "${!COMPREPLY[@]}"; do
    printf -v "COMPREPLY[i]" %q "${COMPREPLY[i]}"
  done
}
complete -o default -F _reportctl reportctl
)";

constexpr const char* kZsh = R"(#compdef reportctl
_reportctl() {
  local -a candidates
  candidates=("${(@f)$(${words[1]} __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  candidates=(${candidates:#})
  if (( $#candidates )); then
    compadd -a candidates
  else
    _files
  fi
}
compdef _reportctl reportctl
)";

constexpr const char* kFish = R"(# fish completion for reportctl
function __reportctl_complete
    set -l words (commandline -opc) (commandline -ct)
    reportctl __complete $words[2..-1] 2>/dev/null
end
complete -c reportctl -a '(__reportctl_complete)'
)";

/// Where the last word stands.
struct Spot {
  const CLI::App* app = nullptr;
  const CLI::Option* option = nullptr;  ///< whose value is being typed
  std::size_t positional = 0;           ///< how many came before
};

const CLI::Option* find_option(const CLI::App& app, const std::string& name) {
  for (const CLI::App* level = &app; level != nullptr; level = level->get_parent())
    for (const CLI::Option* option : level->get_options())
      if (!option->get_positional() && option->check_name(name)) return option;
  return nullptr;
}

const CLI::App* find_verb(const CLI::App& app, const std::string& name) {
  for (const CLI::App* verb : app.get_subcommands(std::function<bool(const CLI::App*)>()))
    if (verb->get_name() == name) return verb;
  return nullptr;
}

/// Bash hands over `--format=csv` as three words.
Spot find_spot(const CLI::App& root, const Arguments& words) {
  Spot spot{&root, nullptr, 0};
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "=") continue;
    if (spot.option != nullptr) {
      spot.option = nullptr;
    } else if (word.starts_with('-')) {
      const CLI::Option* option = find_option(*spot.app, word);
      if (option != nullptr && option->get_type_size_max() > 0) spot.option = option;
    } else if (const CLI::App* verb = find_verb(*spot.app, word)) {
      spot.app = verb;
    } else {
      ++spot.positional;
    }
  }
  return spot;
}

std::vector<std::string> account_ids(Session& session) {
  std::vector<std::string> ids;
  for (const access::Account& account : store::list_accounts(session.state()))
    if (access::may(session.actor(), access::Action::view, account.id, {})) ids.push_back(account.id);
  return ids;
}

std::vector<std::string> schedule_names(Session& session) {
  std::vector<std::string> names;
  for (const auto& schedule : visible_schedules(session, {})) names.push_back(schedule.definition.name);
  return names;
}

std::vector<std::string> recent_runs(Session& session) {
  std::vector<std::string> ids;
  for (const store::Run& run : visible_runs(session, {})) ids.push_back(run.id);
  return ids;
}

std::vector<std::string> source_names(Session& session) {
  std::vector<std::string> names;
  for (const auto& [name, source] : session.config().settings.sources) names.push_back(name);
  return names;
}

std::vector<std::string> option_values(Session& session, const std::string& name) {
  if (name == "account") return account_ids(session);
  if (name == "report") return session.catalog().ids();
  if (name == "source") return source_names(session);
  if (name == "role") return access::role_names();
  if (name == "output-format") return {"table", "plain", "json", "csv"};
  if (name == "color") return {"auto", "always", "never"};
  if (name == "format") return {"csv", "json", "pdf", "xlsx"};
  if (name == "cadence") return {"daily", "weekly", "monthly"};
  if (name == "on") return {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  if (name == "window" || name == "range") return schedule::range_names();
  if (name == "no-data") return {"send", "skip"};
  if (name == "scope") return {"account"};
  return {};
}

/// By the name of the positional and the command that it belongs to.
std::vector<std::string> positional_values(Session& session, const Spot& spot) {
  std::size_t seen = 0;
  const CLI::Option* positional = nullptr;
  for (const CLI::Option* option : spot.app->get_options())
    if (option->get_positional() && (seen++ == spot.positional || option->get_expected_max() > 1)) positional = option;
  if (positional == nullptr) return {};
  const std::string name = to_lower(positional->get_name(true));
  const std::string verb = spot.app->get_name();
  const std::string command = spot.app->get_parent() == nullptr ? "" : spot.app->get_parent()->get_name();
  if (name == "report") return session.catalog().ids();
  if (name == "shell") return {"bash", "zsh", "fish"};
  if (verb == "add") return {};
  if (command == "schedule") return schedule_names(session);
  if (command == "account") return account_ids(session);
  if (command == "source") return source_names(session);
  if (name == "run") return recent_runs(session);
  return {};
}

std::vector<std::string> fixed_words(const Spot& spot, const std::string& partial) {
  std::vector<std::string> words;
  if (partial.starts_with('-')) {
    for (const CLI::App* level = spot.app; level != nullptr; level = level->get_parent())
      for (const CLI::Option* option : level->get_options())
        if (!option->get_group().empty())
          for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
    return words;
  }
  for (const CLI::App* verb : spot.app->get_subcommands(std::function<bool(const CLI::App*)>()))
    if (!verb->get_group().empty()) words.push_back(verb->get_name());
  if (spot.app->get_parent() == nullptr) words.emplace_back("help");
  return words;
}

std::vector<std::string> candidates(Session& session, const CLI::App& root, const Arguments& words) {
  const Spot spot = find_spot(root, words);
  if (spot.option != nullptr)
    return spot.option->get_lnames().empty() ? std::vector<std::string>()
                                             : option_values(session, spot.option->get_lnames().front());
  std::vector<std::string> found = fixed_words(spot, words.back());
  if (!found.empty()) return found;
  return positional_values(session, spot);
}

/// --config and --state decide where names are looked up.
void take_globals(Session& session, const Arguments& words) {
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const std::size_t value = words[i + 1] == "=" ? i + 2 : i + 1;
    if (value + 1 >= words.size()) continue;
    if (words[i] == "--config") session.globals.config = words[value];
    if (words[i] == "--state") session.globals.state = words[value];
    if (words[i] == "--as") session.globals.as = words[value];
  }
}

}  // namespace

std::string completion_script(const std::string& shell) {
  if (shell == "bash") return kBash;
  if (shell == "zsh") return kZsh;
  if (shell == "fish") return kFish;
  throw Error(ErrorKind::usage, fmt::format("no completion for \"{}\"", shell), "there is bash, zsh and fish");
}

std::string complete(Session& session, const Arguments& typed) {
  Arguments words = typed.empty() ? Arguments{""} : typed;
  if (words.front() == "help" && words.size() > 1) words.erase(words.begin());
  if (words.back() == "=") words.emplace_back();
  take_globals(session, words);
  std::vector<std::string> found;
  try {
    std::string command = words.size() > 1 ? chosen_command(Arguments(words.begin(), words.end() - 1)) : std::string();
    const auto& all = commands();
    if (std::none_of(all.begin(), all.end(), [&](const Command& known) { return command == known.name; })) command.clear();
    const auto root = make_parser(session, command);
    found = candidates(session, *root, words);
  } catch (const std::exception&) {  // a shell that waits for a word must not be shown an error
    return {};
  }
  std::string text;
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  for (const std::string& word : found)
    if (word.starts_with(words.back()) && !has_control(word)) text += word + "\n";
  return text;
}

}  // namespace reportctl::cli
