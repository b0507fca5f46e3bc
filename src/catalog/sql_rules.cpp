// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <optional>

#include "module_reader.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/catalog/contract.hpp"
#include "reportctl/rows/instant_form.hpp"
#include "rule_tokens.hpp"
#include "sql_macros.hpp"
#include "sql_scan.hpp"
#include "sql_tables.hpp"
#include "tenant_wall.hpp"

namespace reportctl::catalog {
namespace {

bool contains(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

/// What a piece of SQL may name.
struct Names {
  std::vector<std::string> binds;
  bool has_filters = false;
};

/// Where two dialects begin to read a text differently; nullopt: nowhere.
std::optional<std::size_t> first_difference(const SqlScan& one, const SqlScan& other, std::size_t size) {
  const auto ours = marks(one.pieces);
  const auto theirs = marks(other.pieces);
  for (std::size_t i = 0; i < std::max(ours.size(), theirs.size()); ++i) {
    const std::size_t here = i < ours.size() ? ours[i]->offset : size;
    const std::size_t there = i < theirs.size() ? theirs[i]->offset : size;
    if (here != there) return std::min(here, there);
  }
  return std::nullopt;
}

/// Scans for every dialect that the text serves, reports what is wrong once, and gives the scan of the first.
SqlScan scan(ModuleFile& file, const QueryText& query) {
  const std::string_view text = query.node.text;
  std::optional<SqlScan> first;
  for (const rows::Dialect dialect : query.dialects) {
    SqlScan scanned = scan_sql(text, dialect);
    for (const SqlProblem& problem : scanned.problems)
      file.problem_in(query.node, problem.offset, fmt::format("{}: {}", query.what, problem.message));
    if (!scanned.problems.empty()) return scanned;
    if (!first) {
      first = std::move(scanned);
      continue;
    }
    const auto offset = first_difference(*first, scanned, text.size());
    if (!offset) continue;
    file.problem_in(
        query.node, *offset,
        fmt::format(
            "{}: {} and {} read the text before this differently (quotes, brackets or comments); write it so that both agree, "
            "or give one query for each",
            query.what, rules_of(query.dialects.front()).label.text, rules_of(dialect).label.text));
    break;
  }
  return std::move(*first);
}

void check_names(ModuleFile& file, const QueryText& query, const SqlScan& scanned, const Names& names) {
  const SqlTables tables(scanned.pieces);
  for (const SqlPiece* mark : marks(scanned.pieces)) {
    const std::string_view word = mark->text;
    if (mark->kind == SqlPiece::Kind::bind) {
      if (!contains(names.binds, mark->text))
        file.problem_in(query.node, mark->offset,
                        fmt::format("{}: unknown bind :{}{}; known: :{}", query.what, word, did_you_mean(mark->text, names.binds),
                                    join(names.binds, ", :")));
      continue;
    }
    const bool is_filters = mark->text == kFilters;
    if (is_filters && names.has_filters && mark->arguments.empty()) continue;
    if (is_filters) {
      file.problem_in(query.node, mark->offset,
                      names.has_filters ? fmt::format("{}: {{{{filters}}}} has no arguments", query.what)
                                        : fmt::format("{}: {{{{filters}}}} belongs to the query", query.what));
      continue;
    }
    const auto arity = macro_arity(mark->text);
    if (!arity) {
      std::vector<std::string> known = dialect_macros();
      if (names.has_filters) known.emplace_back(kFilters);
      file.problem_in(query.node, mark->offset,
                      fmt::format("{}: unknown macro {{{{{}}}}}{}; known: {}", query.what, word, did_you_mean(mark->text, known),
                                  join(known, ", ")));
    } else if (takes_form(word) && mark->arguments.size() == *arity + 1) {
      const SqlPieces& form = mark->arguments.back();
      const auto parsed = rows::parse_instant_form(form.empty() ? std::string_view() : form.front().text);
      if (const auto* wrong = std::get_if<std::string>(&parsed))
        file.problem_in(query.node, mark->offset, fmt::format("{}: {{{{{}}}}}: {}", query.what, word, *wrong));
    } else if (*arity != mark->arguments.size()) {
      file.problem_in(query.node, mark->offset,
                      fmt::format("{}: {{{{{}}}}} has {} argument{}, not {}", query.what, word, *arity, *arity == 1 ? "" : "s",
                                  mark->arguments.size()));
    } else if (macro_takes(word) == MacroTakes::table) {
      const auto table = tables.table(atoms_of(mark->arguments.front()).all);
      if (!table || scope_columns_of(table->name).empty())
        file.problem_in(query.node, mark->offset,
                        fmt::format("{}: {{{{{}}}}} takes one table of the query, by its name or alias, of those that may have "
                                    "columns of the scope (reportctl-source(1))",
                                    query.what, word));
    } else if (macro_takes(word) == MacroTakes::period && !contains(names.binds, "from")) {
      file.problem_in(query.node, mark->offset, fmt::format("{}: {{{{{}}}}}: there is no period here", query.what, word));
    } else if (word == "means" &&
               (mark->arguments[1].size() != 1 || !rows::usual_words().contains(trim(mark->arguments[1][0].text)))) {
      std::vector<std::string> meanings;
      for (const auto& [meaning, words] : rows::usual_words()) meanings.push_back(meaning);
      file.problem_in(query.node, mark->offset, fmt::format("{}: {{{{means}}}} knows {}", query.what, join(meanings, ", ")));
    } else if (is_site_macro(word) && !marks(mark->arguments.front()).empty()) {
      // Where the scope is no such site the whole condition goes, and :account with it.
      file.problem_in(query.node, mark->offset,
                      fmt::format("{}: {{{{{}}}}} takes a column, without binds and macros", query.what, word));
    }
  }
}

bool uses(const SqlScan& scanned, SqlPiece::Kind kind, std::string_view name) {
  const auto all = marks(scanned.pieces);
  return std::any_of(all.begin(), all.end(), [&](const SqlPiece* mark) { return mark->kind == kind && mark->text == name; });
}

bool starts_a_query(std::string_view word) { return to_lower(word) == "select" || to_lower(word) == "with"; }

bool is_word(const RuleTokens& tokens, std::size_t i, std::initializer_list<std::string_view> words) {
  return i < tokens.size() && tokens[i].kind == RuleToken::Kind::word &&
         std::find(words.begin(), words.end(), tokens[i].text) != words.end();
}
bool has_sign(const RuleTokens& tokens, std::size_t i, std::string_view sign) {
  return i < tokens.size() && tokens[i].kind == RuleToken::Kind::sign && tokens[i].text == sign;
}

/// Sums that are cut to an integer, where nobody sees that they have a fraction, and sums of what is made a binary number.
void check_sums(ModuleFile& file, const QueryText& query, const SqlScan& scanned) {
  const RuleTokens tokens = rule_tokens(scanned.pieces);
  const auto is_sum = [&](std::size_t i) { return is_word(tokens, i, {"sum", "avg", "total"}) && has_sign(tokens, i + 1, "("); };
  const auto behind = [&](std::size_t open) {
    int depth = 0;
    for (std::size_t i = open; i < tokens.size(); ++i) {
      if (has_sign(tokens, i, "(")) ++depth;
      if (has_sign(tokens, i, ")") && --depth == 0) return i + 1;
    }
    return tokens.size();
  };
  const auto is_integer = [&](std::size_t i) {
    return is_word(tokens, i, {"bigint", "integer", "int", "int2", "int4", "int8", "smallint", "tinyint"});
  };
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const bool casts = is_word(tokens, i, {"cast"}) && has_sign(tokens, i + 1, "(");
    const std::size_t inner = casts && is_word(tokens, i + 2, {"coalesce"}) && has_sign(tokens, i + 3, "(") ? i + 4 : i + 2;
    const std::size_t type = casts                                                ? behind(i + 1) - 2
                             : is_sum(i) && has_sign(tokens, behind(i + 1), "::") ? behind(i + 1) + 1
                                                                                  : 0;
    if ((casts ? is_sum(inner) : type > 0) && is_integer(type))
      file.problem_in(
          query.node, tokens[i].offset,
          fmt::format("{}: a cast cuts the fraction of a sum without a word; write {{{{whole(sum(…))}}}}, which refuses one, or "
                      "round()",
                      query.what));
    if (!is_sum(i)) continue;
    for (std::size_t at = i + 2; at + 1 < behind(i + 1); ++at)
      if (is_word(tokens, at, {"real", "float", "float4", "float8", "double"}) &&
          (is_word(tokens, at - 1, {"as"}) || has_sign(tokens, at - 1, "::")))
        file.problem_in(
            query.node, tokens[i].offset,
            fmt::format("{}: binary numbers do not add up exactly; write {}({{{{decimal(…)}}}})", query.what, tokens[i].text));
  }
}

void require_bind(ModuleFile& file, const QueryText& query, const SqlScan& scanned, std::string_view name,
                  std::string_view reason) {
  const auto all = marks(scanned.pieces);
  const bool uses_it = std::any_of(all.begin(), all.end(), [&](const SqlPiece* mark) {
    return mark->kind == SqlPiece::Kind::bind ? mark->text == name : macro_uses(mark->text, name);
  });
  if (!uses_it) file.problem(query.node, fmt::format("{} never uses :{}: {}", query.what, name, reason));
}

/// Ways to count days or hours in UTC, which is what the database knows, and not in the report's zone.
void warn_of_utc(ModuleFile& file, const QueryText& query, const SqlPieces& pieces) {
  static const std::vector<std::string> kFunctions{"date",      "datetime",   "strftime",  "julianday",
                                                   "unixepoch", "date_trunc", "date_part", "to_char"};
  for (const SqlPiece& piece : pieces) {
    for (const SqlPieces& argument : piece.arguments) warn_of_utc(file, query, argument);
    for (std::size_t i = 0; i < piece.tokens.size(); ++i) {
      const auto text = [&](std::size_t at) {
        return at < piece.tokens.size() ? to_lower(piece.tokens[at].text) : std::string();
      };
      const bool call = piece.tokens[i].kind == SqlToken::Kind::word && contains(kFunctions, text(i)) && text(i + 1) == "(";
      const bool cast = (text(i) == "::" || text(i) == "as") && text(i + 1) == "date" && text(i + 2) != ",";
      if (cast && text(i) == "as" && text(i + 2) != ")") continue;  // a column that is called date
      if (!call && !cast) continue;
      file.warning_in(
          query.node, static_cast<std::size_t>(piece.tokens[i].text.data() - query.node.text.data()),
          fmt::format("{}: {} counts in UTC; {{{{local_date(x)}}}} and {{{{local_timestamp(x)}}}} count in the report's "
                      "time zone",
                      query.what, cast ? "a cast to date" : text(i) + "()"));
    }
  }
}

/// A bound, or an id, that is compared where nobody sees with what.
void check_comparisons(ModuleFile& file, const QueryText& query, const Report& report, const SqlPieces& pieces) {
  static const std::vector<std::string> kBounds{"from", "to", "previous_from", "previous_to"};
  static const std::vector<std::string> kIds{"account", "depot", "workspace"};
  const SqlAtoms atoms = atoms_of(pieces);
  for (std::size_t i = 0; i < atoms.all.size(); ++i) {
    const SqlAtom& atom = atoms.all[i];
    if (atom.is_macro())
      for (const SqlPieces& argument : atom.piece->arguments) check_comparisons(file, query, report, argument);
    if (!atom.is_bind() || !is_compared(atoms.all, i)) continue;
    const auto found = comparison_at(atoms.all, i);
    const std::string name(atom.written);
    const Parameter* parameter = report.parameter(name);
    const std::string next = i + 1 < atoms.all.size() ? lower(atoms.all[i + 1].token) : std::string();
    const bool id = parameter == nullptr ? contains(kIds, name) : parameter->type == ParameterType::id;
    const bool bound = parameter == nullptr && contains(kBounds, name);
    const bool precedes = !next.empty() && next.find_first_of("=<>!") == 0;
    const auto word = [&](std::size_t before) { return i >= before ? lower(atoms.all[i - before].token) : std::string(); };
    const bool behind_bind =
        i > 1 && atoms.all[i - 2].is_bind() && (word(1).find_first_of("=<>!") == 0 || (word(1) == "and" && word(3) == "between"));
    const bool between_binds = behind_bind || (precedes && i + 2 < atoms.all.size() && atoms.all[i + 2].is_bind());
    std::string problem;
    if (bound && found && found->begin + 1 == found->end && atoms.all[found->begin].is_macro() &&
        atoms.all[found->begin].written == "local_date")
      problem = fmt::format("a day is compared with an instant; write {{{{local_date(:{})}}}}", name);
    else if (found || between_binds)
      continue;
    else if (id && (precedes || next == "in"))
      problem = fmt::format("an id may be text or a number, and what stands behind :{0} may be either; write x = :{0}", name);
    else if (bound)
      problem = fmt::format(
          "nothing checks what is compared with :{} here; write {{{{in_period(x)}}}}, or compare a column, a call, "
          "CASE or {{{{instant(x)}}}} with it by <, <=, >, >= or BETWEEN",
          name);
    if (!problem.empty()) file.problem_in(query.node, atom.piece->offset, fmt::format("{}: {}", query.what, problem));
  }
}

constexpr std::string_view kTenantWall = "it would show one account the rows of another (the tenant wall)";

std::string fence_problem(const UnfencedTable& table, rows::Dialect dialect) {
  if (!table.instead_of.empty())
    return fmt::format(
        "reads a table here and not {}: {} takes two ways of writing a name for two names; write that of a WITH query in the "
        "same "
        "way wherever it stands",
        table.instead_of, rules_of(dialect).label.text);
  if (table.is_nested)
    return "reads this table in a SELECT within another without a condition like column = :account, or like v.lead_id = l.id "
           "with a "
           "column of the SELECT around it";
  return "reads this table without a condition like column = :account, joined to the others by AND";
}

/// :account has to tell whose rows are shown, to every dialect that reads the text. The names in it hold.
void require_fence(ModuleFile& file, const QueryText& query) {
  for (const rows::Dialect dialect : query.dialects) {
    const SqlScan scanned = scan_sql(query.node.text, dialect);
    const auto table = unfenced_table(scanned.pieces, dialect);
    if (!table) continue;
    return file.problem_in(query.node, table->offset,
                           fmt::format("{} {}: {}", query.what, fence_problem(*table, dialect), kTenantWall));
  }
}

/// Each site sees its own rows.
void require_sites(ModuleFile& file, const Report& report, const QueryText& query, const SqlScan& scanned) {
  const std::string what = report.is_list ? "list" : "report";
  if (report.scopes.contains(schedule::ScopeKind::depot))
    require_bind(file, query, scanned, "depot", fmt::format("a depot's {} would show every depot", what));
  if (report.scopes.contains(schedule::ScopeKind::workspace))
    require_bind(file, query, scanned, "workspace", fmt::format("a workspace's {} would show every workspace", what));
}

/// A query that has no period and no parameters.
void check_side_query(ModuleFile& file, const Report& report, const QueryText& query, const Names& names) {
  const SqlScan scanned = scan(file, query);
  if (!scanned.problems.empty()) return;  // what follows an unfinished quote is anybody's guess
  if (!starts_a_query(scanned.first_word)) file.problem(query.node, query.what + " must start with SELECT or WITH");
  const std::size_t before = file.problems.size();
  check_names(file, query, scanned, names);
  check_comparisons(file, query, report, scanned.pieces);
  if (report.is_list) require_sites(file, report, query, scanned);
  if (report.single_tenant) return;
  require_bind(file, query, scanned, "account", kTenantWall);
  if (file.problems.size() == before) require_fence(file, query);
}

}  // namespace

void check_query(ModuleFile& file, const Report& report, const QueryText& query) {
  if (report.is_list) return check_side_query(file, report, query, {{"account", "depot", "workspace", "timezone"}, false});
  const SqlScan scanned = scan(file, query);
  if (!scanned.problems.empty()) return;  // what follows an unfinished quote is anybody's guess
  if (!starts_a_query(scanned.first_word)) file.problem(query.node, fmt::format("{} must start with SELECT or WITH", query.what));
  Names names{reserved_binds(), true};
  for (const Parameter& parameter : report.parameters) names.binds.push_back(parameter.name);
  const std::size_t before = file.problems.size();
  check_names(file, query, scanned, names);
  if (report.window.kind != WindowKind::snapshot) warn_of_utc(file, query, scanned.pieces);
  check_comparisons(file, query, report, scanned.pieces);
  check_sums(file, query, scanned);
  if (!report.single_tenant) {
    require_bind(file, query, scanned, "account", kTenantWall);
    if (file.problems.size() == before) require_fence(file, query);
  }
  require_sites(file, report, query, scanned);
  if (report.window.kind != WindowKind::snapshot) {
    require_bind(file, query, scanned, "from", "the period would have no start (or the window is a snapshot)");
    require_bind(file, query, scanned, "to", "the period would have no end (or the window is a snapshot)");
  }
  if (uses(scanned, SqlPiece::Kind::macro, kFilters)) return;
  for (const Parameter& parameter : report.parameters)
    if (!parameter.filter.empty())
      file.problem(query.node,
                   fmt::format("{} has no {{{{filters}}}}: parameter {} would filter nothing", query.what, parameter.name));
}

void check_choices(ModuleFile& file, const Report& report, const yaml::Node& node) {
  check_side_query(file, report, {node, "choices", rows::kDialects}, {{"account", "depot", "workspace", "timezone"}, false});
}

void check_ready(ModuleFile& file, const Report& report, const yaml::Node& node) {
  check_side_query(file, report, {node, "ready", rows::kDialects}, {reserved_binds(), false});
}

void check_filter(ModuleFile& file, const Report& report, const yaml::Node& node) {
  const QueryText query{node, "filter", rows::kDialects};
  const SqlScan scanned = scan(file, query);
  if (!scanned.problems.empty()) return;
  if (scanned.has_comment) file.problem(node, "filter is one expression without comments");
  Names names{reserved_binds(), false};
  for (const Parameter& parameter : report.parameters) names.binds.push_back(parameter.name);
  check_names(file, query, scanned, names);
  check_comparisons(file, query, report, scanned.pieces);
}

}  // namespace reportctl::catalog
