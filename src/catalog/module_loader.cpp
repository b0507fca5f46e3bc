// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>

#include "module_reader.hpp"
#include "reportctl/access/access.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/rows/file_format.hpp"

namespace reportctl::catalog {
namespace {

constexpr int kMostDays = 3660;

/// Reads one module from its top-level map, in the order in which later rules need earlier keys.
class ModuleReader {
 public:
  ModuleReader(ModuleFile& file, const yaml::Node& root, Report& report)
      : file_(file), map_(file.reader(root, "a report module")), report_(report) {}

  void read() {
    read_kind();
    read_identity();
    if (report_.is_list) {
      read_reach();
      read_shapes(file_, map_, report_);
      return map_.finish();
    }
    read_visibility();
    read_surfaces();
    read_reach();
    read_window();
    read_comparison();
    read_cadences();
    read_formats();
    read_parameters(file_, map_, report_);
    read_ready();
    read_shapes(file_, map_, report_);
    map_.finish();
  }

 private:
  /// A rule that a hidden module need not fill in.
  [[nodiscard]] bool must_have(std::string_view key) const { return map_.has(key) || !report_.hidden; }

  /// The words of a key that may be absent; asking makes the key known.
  std::vector<const yaml::Node*> optional_words(std::string_view key) {
    map_.child(key);
    if (!map_.has(key)) return {};
    return read_words(file_, map_, key);
  }

  void read_kind() {
    const std::string kind = map_.text("kind", "report");
    report_.is_list = report_.hidden = kind == "list";
    if (report_.is_list) {
      report_.hidden_reason = "it is a list, for the recipients of schedules";
      report_.scopes = {schedule::ScopeKind::account};
    } else if (kind != "report") {
      map_.problem_at("kind", fmt::format("kind must be report or list, not \"{}\"", kind));
    }
  }

  void read_identity() {
    report_.id = map_.required_text("id");
    if (!report_.id.empty() && !is_id(report_.id))
      map_.problem_at("id", fmt::format("id \"{}\" must be lower-case words joined by \"-\", like orders-export", report_.id));
    for (const yaml::Node* alias : optional_words("aliases")) {
      if (!is_alias(alias->text))
        file_.problem(*alias,
                      fmt::format("alias \"{}\" must be letters, digits, \"_\" and \"-\", and start with a letter", alias->text));
      // The id itself in capitals is welcome: it is how the documents of a product may spell it.
      const auto same = [&](const std::string& other) { return to_lower(other) == to_lower(alias->text); };
      if (alias->text == report_.id || std::any_of(report_.aliases.begin(), report_.aliases.end(), same))
        file_.problem(*alias, fmt::format("alias \"{}\" names the module twice", alias->text));
      report_.aliases.push_back(alias->text);
    }
    const bool may_be_short = report_.is_list;
    report_.label = may_be_short && !map_.has("label") ? report_.id : read_label(file_, map_, "label");
    report_.family = may_be_short ? map_.text("family", "lists") : map_.required_text("family");
    if (!report_.family.empty() && !is_id(report_.family))
      map_.problem_at("family", fmt::format("family \"{}\" must be lower-case words joined by \"-\"", report_.family));
    report_.description = std::string(trim(may_be_short ? map_.text("description") : map_.required_text("description")));
    const std::string tenant = map_.text("tenant", "several");
    report_.single_tenant = tenant == "single";
    if (tenant != "single" && tenant != "several")
      map_.problem_at("tenant", fmt::format("tenant must be several or single, not \"{}\"", tenant));
  }

  void read_visibility() {
    const std::string word = map_.text("visibility", "available");
    report_.hidden = word == "hidden";
    if (word != "hidden" && word != "available")
      map_.problem_at("visibility", fmt::format("visibility must be available or hidden, not \"{}\"", word));
    report_.hidden_reason = map_.text("reason");
    if (report_.hidden && report_.hidden_reason.empty())
      map_.problem_at("visibility", "a hidden module needs \"reason:\", which is shown to whoever asks for it");
    if (!report_.hidden && !report_.hidden_reason.empty())
      map_.problem_at("reason", "\"reason\" belongs to a hidden module only");
  }

  void read_surfaces() {
    report_.surfaces = {Surface::run, Surface::schedule, Surface::export_job};
    map_.child("surfaces");
    if (map_.has("surfaces")) {
      report_.surfaces.clear();
      for (const yaml::Node* word : read_words(file_, map_, "surfaces")) {
        const auto all = {Surface::run, Surface::schedule, Surface::export_job};
        const auto* found =
            std::find_if(all.begin(), all.end(), [&](Surface surface) { return surface_name(surface) == word->text; });
        if (found == all.end())
          file_.problem(*word, unknown("surface", word->text, {"run", "schedule", "export"}));
        else
          report_.surfaces.insert(*found);
      }
    }
  }

  void read_reach() {
    if (must_have("scope")) {
      report_.scopes.clear();
      if (!map_.has("scope")) map_.problem_at("scope", "a report module needs the key \"scope\": account, depot, workspace");
      for (const yaml::Node* word : optional_words("scope")) {
        if (const auto kind = schedule::parse_scope_kind(word->text))
          report_.scopes.insert(*kind);
        else
          file_.problem(*word, unknown("scope", word->text, {"account", "depot", "workspace"}));
      }
    }
    for (const yaml::Node* word : optional_words("roles")) {
      const auto roles = access::role_names();
      if (std::find(roles.begin(), roles.end(), word->text) == roles.end())
        file_.problem(*word, unknown("role", word->text, roles));
      report_.roles.insert(word->text);
    }
    report_.feature = map_.text("feature");
    if (!report_.feature.empty() && !is_id(report_.feature))
      map_.problem_at("feature", fmt::format("feature \"{}\" must be lower-case words joined by \"-\"", report_.feature));
  }

  void read_window() {
    const yaml::Node* node = map_.child("window");
    if (node == nullptr) {
      if (must_have("window"))
        map_.problem_at("window", "a report module needs the key \"window\", like {kind: lookback, max_days: 92}");
      return;
    }
    if (node->kind != yaml::Node::Kind::map) {
      file_.problem(*node, "window must be a map, like {kind: lookback, max_days: 92}");
      return;
    }
    yaml::MapReader window = file_.reader(*node, "window");
    const std::string word = window.required_text("kind");
    if (word == "snapshot") {
      report_.window.kind = WindowKind::snapshot;
    } else if (word == "cadence") {
      report_.window.kind = WindowKind::cadence;
      window.child("ranges");
      if (window.has("ranges")) report_.window.ranges = read_ranges(window, "ranges");
    } else if (word == "range") {
      report_.window.kind = WindowKind::range;
      read_range(window);
    } else if (word == "lookback") {
      report_.window.kind = WindowKind::lookback;
      read_lookback(window);
    } else {
      if (!word.empty()) window.problem_at("kind", unknown("kind of window", word, {"snapshot", "cadence", "range", "lookback"}));
      return;
    }
    window.finish();
  }

  std::vector<schedule::NamedRange> read_ranges(yaml::MapReader& window, std::string_view key) {
    std::vector<schedule::NamedRange> ranges;
    for (const yaml::Node* word : read_words(file_, window, key)) {
      if (const auto range = schedule::parse_range(word->text))
        ranges.push_back(*range);
      else
        file_.problem(*word, unknown("range", word->text, schedule::range_names()));
    }
    return ranges;
  }

  void read_range(yaml::MapReader& window) {
    WindowPolicy& policy = report_.window;
    window.child("allowed");
    if (!window.has("allowed"))
      window.problem_at("allowed", "a range window needs \"allowed\": the ranges that may be chosen");
    else
      policy.ranges = read_ranges(window, "allowed");
    const auto allows = [&](schedule::NamedRange range) {
      return std::find(policy.ranges.begin(), policy.ranges.end(), range) != policy.ranges.end();
    };
    if (const auto word = window.optional_text("default")) {
      const auto range = schedule::parse_range(*word);
      if (!range)
        window.problem_at("default", unknown("range", *word, schedule::range_names()));
      else if (!allows(*range))
        window.problem_at("default", fmt::format("default \"{}\" is not among the allowed ranges", *word));
      else
        policy.default_range = *range;
    } else if (!policy.ranges.empty() && !allows(policy.default_range)) {
      policy.default_range = policy.ranges.front();
    }
    if (policy.default_range == schedule::NamedRange::since_previous)
      window.problem_at("default", "since_previous cannot be the default: only schedules have an occurrence before");
  }

  void read_lookback(yaml::MapReader& window) {
    if (!window.has("max_days")) window.problem_at("max_days", "a lookback window needs \"max_days\"");
    report_.window.max_days = static_cast<int>(window.integer("max_days", kMostDays, 1, kMostDays));
    report_.window.default_days = static_cast<int>(window.integer("default_days", 1, 1, kMostDays));
    if (report_.window.default_days > report_.window.max_days)
      window.problem_at("default_days", fmt::format("default_days {} is more than max_days {}", report_.window.default_days,
                                                    report_.window.max_days));
  }

  void read_comparison() {
    const auto word = map_.optional_text("compare");
    if (!word) return;
    if (*word != "previous_period")
      map_.problem_at("compare", fmt::format("compare must be previous_period, not \"{}\"", *word));
    else if (report_.window.kind == WindowKind::snapshot)
      map_.problem_at("compare", "a snapshot has no period before it to be compared with");
    report_.compares = true;
  }

  void read_ready() {
    const yaml::Node* node = map_.child("ready");
    if (node == nullptr) return;
    const auto text = map_.optional_text("ready");
    if (!text) return;
    report_.ready = *text;
    if (trim(*text).empty())
      map_.problem_at("ready", "ready must be a query that gives one instant, like SELECT max(loaded_at) AS data_until FROM …");
    else
      check_ready(file_, report_, *node);
  }

  void read_cadences() {
    const bool scheduled = report_.surfaces.contains(Surface::schedule);
    map_.child("cadences");
    if (map_.has("cadences")) {
      for (const yaml::Node* word : read_words(file_, map_, "cadences")) {
        const auto kind = schedule::parse_cadence(word->text);
        if (kind && schedule::cadence_name(*kind) == word->text)
          report_.cadences.insert(*kind);
        else
          file_.problem(*word, unknown("cadence", word->text, schedule::cadence_names()));
      }
      if (!scheduled) map_.problem_at("cadences", "a module without the surface \"schedule\" has no cadences");
    } else if (scheduled && !report_.hidden) {
      map_.problem_at("cadences", "a module that can be scheduled needs \"cadences\": " + join(schedule::cadence_names(), ", "));
    }
    report_.day_of_month_max = static_cast<int>(map_.integer("day_of_month_max", 28, 1, 31));
  }

  void read_formats() {
    map_.child("formats");
    if (map_.has("formats"))
      report_.formats = formats_at("formats");
    else
      report_.formats = {rows::format_names().front()};
    map_.child("formats_on_demand");
    if (!map_.has("formats_on_demand")) return;
    report_.formats_on_demand = formats_at("formats_on_demand");
    for (const std::string& format : report_.formats_on_demand)
      if (std::find(report_.formats.begin(), report_.formats.end(), format) != report_.formats.end())
        map_.problem_at("formats_on_demand", fmt::format("{} is among \"formats\" already", format));
  }

  std::vector<std::string> formats_at(std::string_view key) {
    std::vector<std::string> formats;
    for (const yaml::Node* word : read_words(file_, map_, key)) {
      const auto canonical = rows::canonical_format(word->text);
      if (!canonical)
        file_.problem(*word, unknown("format", word->text, rows::format_names()));
      else if (*canonical != word->text)
        file_.problem(*word, fmt::format("a module writes the format \"{}\" as {}", word->text, *canonical));
      else
        formats.push_back(*canonical);
    }
    return formats;
  }

  static std::string unknown(std::string_view what, std::string_view word, const std::vector<std::string>& known) {
    return fmt::format("unknown {} \"{}\"{}; known: {}", what, word, did_you_mean(word, known), join(known, ", "));
  }

  ModuleFile& file_;
  yaml::MapReader map_;
  Report& report_;
};

}  // namespace

Loaded load_module(std::string_view text, const std::string& file) {
  const yaml::Document document = yaml::parse(text, file);
  Loaded loaded{{}, document.problems};
  loaded.report.origin = file;
  ModuleFile module{text, document.file, loaded.problems, loaded.warnings};
  if (document.root.kind == yaml::Node::Kind::map)
    ModuleReader(module, document.root, loaded.report).read();
  else if (loaded.problems.empty())
    module.problem(document.root, "a report module is a map of keys, starting with \"id:\"");
  for (yaml::Problem& problem : loaded.problems) problem.message = visible(problem.message);  // they quote the file
  std::stable_sort(loaded.problems.begin(), loaded.problems.end(), [](const yaml::Problem& a, const yaml::Problem& b) {
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
  });
  return loaded;
}

std::vector<NamePlace> find_names(std::string_view text, const std::string& file) {
  const yaml::Document document = yaml::parse(text, file);
  std::vector<NamePlace> names;
  const auto add = [&](const yaml::Node& node) {
    if (node.kind == yaml::Node::Kind::scalar) names.push_back({node.text, node.line, node.column});
  };
  if (const yaml::Node* id = document.root.find("id")) add(*id);
  if (const yaml::Node* aliases = document.root.find("aliases")) {
    add(*aliases);
    for (const yaml::Node& alias : aliases->items) add(alias);
  }
  return names;
}

}  // namespace reportctl::catalog
