// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "help.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "reportctl/base/text.hpp"
#include "reportctl/cli/commands.hpp"

namespace reportctl::cli {

namespace {

/// A term and what it means, as one entry of a list.
struct Entry {
  std::string term;
  std::string meaning;
};

constexpr std::size_t kWidestTerm = 27;

std::string entries_text(const std::string& title, const std::vector<Entry>& entries) {
  if (entries.empty()) return {};
  std::size_t widest = 0;
  for (const Entry& entry : entries) widest = std::max(widest, std::min(kWidestTerm, display_width(entry.term)));
  const std::size_t column = 2 + widest + 2;
  std::string text = fmt::format("\n{}:\n", title);
  for (const Entry& entry : entries) {
    std::string line = "  " + entry.term;
    if (display_width(line) + 2 > column) {
      text += line + "\n";
      line.clear();
    }
    for (const std::string& words : wrap_words(entry.meaning, kHelpWidth - column)) {
      line.append(column - display_width(line), ' ');
      text += line + words + "\n";
      line.clear();
    }
    if (!line.empty()) text += line + "\n";
  }
  return text;
}

std::string value_word(const CLI::Option& option) {
  return option.get_type_size_max() == 0 ? std::string() : " " + option.get_type_name();
}

/// `-q, --quiet`, `--account ID`.
std::string option_term(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  return join(names, ", ") + value_word(option);
}

/// A positional as manuals write it: `NAME`.
std::string positional_name(const CLI::Option& option) {
  std::string name = option.get_name(true);
  for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return name;
}

/// The same in the usage line.
std::string positional_term(const CLI::Option& option) {
  const std::string name = positional_name(option) + (option.get_expected_max() > 1 ? "…" : "");
  return option.get_required() ? name : "[" + name + "]";
}

bool is_shown(const CLI::Option& option) { return !option.get_group().empty(); }

std::vector<Entry> option_entries(const CLI::App& app) {
  std::vector<Entry> entries;
  for (const CLI::Option* option : app.get_options()) {
    if (!is_shown(*option) || option->get_positional() || option == app.get_help_ptr()) continue;
    entries.push_back({option_term(*option), option->get_description() + (option->get_required() ? " (required)" : "")});
  }
  return entries;
}

/// Options that stand side by side and are described alike share a line: the whole program has to fit a screen.
std::vector<Entry> folded(const std::vector<Entry>& entries) {
  std::vector<Entry> shared;
  for (const Entry& entry : entries) {
    if (!shared.empty() && shared.back().meaning == entry.meaning) {
      shared.back().term = fmt::format("{}, {}", trim(shared.back().term), entry.term);
    } else {
      shared.push_back(entry);
    }
  }
  return shared;
}

std::vector<Entry> positional_entries(const CLI::App& app) {
  std::vector<Entry> entries;
  for (const CLI::Option* option : app.get_options())
    if (is_shown(*option) && option->get_positional()) entries.push_back({positional_name(*option), option->get_description()});
  return entries;
}

std::vector<Entry> verb_entries(const CLI::App& app) {
  std::vector<Entry> entries;
  for (const CLI::App* verb : app.get_subcommands({}))
    if (!verb->get_group().empty()) entries.push_back({verb->get_name(), verb->get_description()});
  return entries;
}

/// Lines of at most `width` columns; a longer word stays whole.
std::vector<std::string> filled_lines(const std::vector<std::string>& words, std::size_t width) {
  std::vector<std::string> lines(1);
  std::size_t used = 0;
  for (const std::string& word : words) {
    const std::size_t size = display_width(word);
    if (used > 0 && used + 1 + size > width) {
      lines.emplace_back();
      used = 0;
    }
    if (used > 0) {
      lines.back() += ' ';
      ++used;
    }
    lines.back() += word;
    used += size;
  }
  return lines;
}

/// Split where a shell splits, not within quotes: there a \ at the end of a line would be part of the word.
std::vector<std::string> shell_words(std::string_view command) {
  std::vector<std::string> words(1);
  char quote = '\0';
  for (const char c : command) {
    if (quote == '\0' && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == quote) {
      quote = '\0';
    }
    if (c == ' ' && quote == '\0') {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  return words;
}

std::string examples_text(const std::string& examples) {
  std::string text;
  for (const std::string& line : split(examples, '\n'))
    if (!line.empty()) text += example_text(line);
  return text.empty() ? text : "\nExamples:\n" + text;
}

std::string usage_text(const CLI::App& app) {
  std::string usage = "\nUsage: " + path_of(app);
  if (!verb_entries(app).empty()) return usage + " VERB [OPTIONS]\n";
  for (const CLI::Option* option : app.get_options())
    if (is_shown(*option) && option->get_positional()) usage += " " + positional_term(*option);
  return usage + (option_entries(app).empty() ? "\n" : " [OPTIONS]\n");
}

std::string command_name(const CLI::App& app) {
  const CLI::App* command = &app;
  while (command->get_parent() != nullptr && command->get_parent()->get_parent() != nullptr) command = command->get_parent();
  return command->get_name();
}

}  // namespace

std::string path_of(const CLI::App& command) {
  if (command.get_parent() == nullptr) return "reportctl";
  return path_of(*command.get_parent()) + " " + command.get_name();
}

std::string example_text(std::string_view command) {
  if (display_width(command) + 2 <= kHelpWidth) return fmt::format("  {}\n", command);
  // A comment that does not fit stands above its command: carried over to another line it would be run.
  if (const std::size_t comment = command.find("  # "); comment != std::string_view::npos) {
    const std::string_view words = command.substr(comment + 2);
    return fmt::format("  {}\n", words) + example_text(command.substr(0, command.find_last_not_of(' ', comment) + 1));
  }
  return fmt::format("  {}\n", join(filled_lines(shell_words(command), kHelpWidth - 8), " \\\n      "));
}

std::vector<std::string> wrap_words(std::string_view text, std::size_t width) { return filled_lines(split(text, ' '), width); }

std::string program_help(const CLI::App& root) {
  std::string text = "reportctl keeps report schedules, runs due ones from cron, emails the results.\n";
  text += examples_text(root.get_footer());
  text += "\nUsage: reportctl COMMAND [VERB] [OPTIONS]\n";
  std::vector<Entry> entries;
  for (const Command& command : commands()) entries.push_back({command.name, command.summary});
  text += entries_text("Commands", entries);
  text += entries_text("Global options, before or after the command", folded(option_entries(root)));
  return text + "\nHelp on a command: reportctl help COMMAND [VERB].  Manual: man reportctl\n";
}

std::string command_help(const CLI::App& command) {
  std::string text = join(wrap_words(path_of(command) + ": " + command.get_description(), kHelpWidth - 2), "\n  ") + "\n";
  text += examples_text(command.get_footer());
  text += usage_text(command);
  text += entries_text("Verbs", verb_entries(command));
  text += entries_text("Arguments", positional_entries(command));
  text += entries_text("Options", option_entries(command));
  text += fmt::format("\nGlobal options: reportctl --help.  Manual: man reportctl-{}\n", command_name(command));
  return text;
}

}  // namespace reportctl::cli
