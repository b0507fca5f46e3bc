// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "completion.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "completion_values.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/cli/commands.hpp"
#include "reportctl/cli/session.hpp"

namespace reportctl::cli {

namespace {

constexpr const char* kBash = R"(# bash completion for reportctl
_reportctl() {
  local IFS=$'\n'
  COMPREPLY=($("${COMP_WORDS[0]}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  if [[ ${COMPREPLY[0]-} == @files ]]; then
    COMPREPLY=()
    compopt -o default 2>/dev/null
    return
  fi
  local i
  [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
  for i in "${!COMPREPLY[@]}"; do
    printf -v "COMPREPLY[i]" %q "${COMPREPLY[i]}"
    COMPREPLY[i]=${COMPREPLY[i]//\\,/,}  # a comma needs no escape: lists are typed without
  done
}
complete -F _reportctl reportctl
)";

constexpr const char* kZsh = R"(#compdef reportctl
_reportctl() {
  local -a candidates
  candidates=("${(@f)$(${(Q)words[1]} __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  candidates=(${candidates:#})
  if [[ ${candidates[1]-} == @files ]]; then
    _files
  elif (( $#candidates == 1 )) && [[ $candidates[1] == *= ]]; then
    compadd -S '' -a candidates
  else
    compadd -a candidates
  fi
}
if [[ $funcstack[1] == _reportctl ]]; then  # loaded from fpath by the first Tab, which wants words too
  _reportctl "$@"
else
  compdef _reportctl reportctl
fi
)";

constexpr const char* kFish = R"(# fish completion for reportctl
function __reportctl_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l found (reportctl __complete $words[2..-1] 2>/dev/null)
    if test "$found" = @files
        __fish_complete_path (commandline -ct)
    else if test (count $found) -gt 0
        string join \n -- $found
    end
end
complete -c reportctl -f -a '(__reportctl_complete)'
)";

/// Where the last word stands.
struct Spot {
  const CLI::App* app = nullptr;
  const CLI::Option* option = nullptr;  ///< whose value is being typed
  std::size_t positional = 0;           ///< how many came before
  Typed typed;
};

/// The words as people mean them. Bash cuts at = and at :, and hands over `--param vehicles=v1` as four words.
struct Words {
  Arguments all;
  std::size_t kept = 0;  ///< how much of the last word the shell keeps as it is, and does not want again
};

bool is_cut(const std::string& word) { return word == "=" || word == ":"; }

Words joined(const Arguments& typed) {
  Words words;
  for (std::size_t i = 0; i < typed.size(); ++i) {
    const bool last = i + 1 == typed.size();
    const bool glued = i > 0 && (is_cut(typed[i]) || is_cut(typed[i - 1]));
    if (!glued || words.all.empty()) {
      words.all.push_back(typed[i]);
      words.kept = 0;
      continue;
    }
    // A word that is only the sign itself is still to be followed by what is completed.
    words.kept = last && !is_cut(typed[i]) ? words.all.back().size() : words.all.back().size() + typed[i].size();
    words.all.back() += typed[i];
  }
  return words;
}

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

std::string name_of(const CLI::Option& option) {
  return option.get_lnames().empty() ? std::string() : option.get_lnames().front();
}

const CLI::Option* positional_at(const CLI::App& app, std::size_t place) {
  std::size_t seen = 0;
  const CLI::Option* positional = nullptr;
  for (const CLI::Option* option : app.get_options())
    if (option->get_positional() && (seen++ == place || option->get_expected_max() > 1)) positional = option;
  return positional;
}

void take_value(Typed& typed, const std::string& option, const std::string& value) {
  if (option == "report") typed.report = value;
  if (option == "account") typed.account = value;
  if (option == "scope") typed.scope = value;
}

Spot find_spot(const CLI::App& root, const Arguments& words) {
  Spot spot{&root, nullptr, 0, {}};
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const std::string& word = words[i];
    if (spot.option != nullptr) {
      take_value(spot.typed, name_of(*spot.option), word);
      spot.option = nullptr;
    } else if (word.starts_with('-')) {
      const std::size_t equals = word.find('=');
      const CLI::Option* option = find_option(*spot.app, word.substr(0, equals));
      if (option == nullptr || option->get_type_size_max() == 0) continue;
      if (equals == std::string::npos)
        spot.option = option;
      else
        take_value(spot.typed, name_of(*option), word.substr(equals + 1));
    } else if (const CLI::App* verb = find_verb(*spot.app, word)) {
      if (spot.app == &root) spot.typed.command = word;
      spot.app = verb;
    } else {
      const CLI::Option* positional = positional_at(*spot.app, spot.positional++);
      if (positional != nullptr) take_value(spot.typed, to_lower(positional->get_name(true)), word);
    }
  }
  return spot;
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

/// Stands alone for the names of files, which the shell knows better.
constexpr const char* kFileMarker = "@files";

bool takes_file(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  return type.starts_with("FILE") || type.starts_with("DIR") || type.starts_with("BACKUP") || type.starts_with("PATH");
}

/// Whole words, each of which begins with what stands there.
std::vector<std::string> candidates(Session& session, const CLI::App& root, const Arguments& words) {
  const Spot spot = find_spot(root, words);
  const std::string& partial = words.back();
  if (spot.option != nullptr && takes_file(*spot.option)) return {kFileMarker};
  if (spot.option != nullptr) return option_values(session, name_of(*spot.option), spot.typed, partial);
  if (const std::size_t equals = partial.find('='); equals != std::string::npos && partial.starts_with('-')) {
    const CLI::Option* option = find_option(*spot.app, partial.substr(0, equals));
    if (option == nullptr) return {};
    auto values = option_values(session, name_of(*option), spot.typed, partial.substr(equals + 1));
    for (std::string& value : values) value.insert(0, partial, 0, equals + 1);
    return values;
  }
  std::vector<std::string> found = fixed_words(spot, partial);
  if (!found.empty()) return found;
  const CLI::Option* positional = positional_at(*spot.app, spot.positional);
  if (positional == nullptr) return {};
  if (takes_file(*positional)) return {kFileMarker};
  return positional_values(session,
                           {.positional = to_lower(positional->get_name(true)),
                            .command = spot.app->get_parent() == nullptr ? "" : spot.app->get_parent()->get_name(),
                            .verb = spot.app->get_name()},
                           spot.typed);
}

/// --config and --state decide where names are looked up.
void take_globals(Session& session, const Arguments& words) {
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    if (equals == std::string::npos && i + 2 >= words.size()) continue;
    const std::string name = words[i].substr(0, equals);
    const std::string& value = equals == std::string::npos ? words[i + 1] : words[i].substr(equals + 1);
    if (name == "--config") session.globals.config = value;
    if (name == "--state") session.globals.state = value;
    if (name == "--as") session.globals.as = value;
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
  auto [words, kept] = joined(typed.empty() ? Arguments{""} : typed);
  if (words.front() == "help" && words.size() > 1) words.erase(words.begin());
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
  if (found == std::vector<std::string>{kFileMarker}) return std::string(kFileMarker) + "\n";
  std::string text;
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  for (const std::string& word : found)
    if (word.starts_with(words.back()) && !has_control(word)) text += word.substr(kept) + "\n";
  return text;
}

}  // namespace reportctl::cli
