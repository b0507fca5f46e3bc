// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "tenant_wall.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "reportctl/base/text.hpp"
#include "wall_operands.hpp"

namespace reportctl::catalog {
namespace {

using RuleKind = RuleToken::Kind;
using State = Fence::State;

constexpr std::string_view kAfterConditions =
    " group having window order limit offset fetch for returning union intersect except ";
constexpr std::string_view kJoinWords =
    " join inner outer left right full cross natural anti array asof paste positional straight_join ";
/// Rows without a partner in what follows are shown, too, or are all that is shown.
constexpr std::array<std::string_view, 6> kKeepingJoins{" left ", " full ", " anti ", " array ", " paste ", " positional "};
/// Functions in FROM that make rows of their arguments and read no table.
constexpr std::string_view kRowMakers =
    " generate_series generate_subscripts json_array_elements json_array_elements_text json_each json_each_text json_table "
    "json_tree "
    "jsonb_array_elements jsonb_array_elements_text jsonb_each jsonb_each_text jsonb_to_recordset json_to_recordset numbers "
    "range "
    "regexp_split_to_table string_to_table unnest zeros ";

/// May follow a table and is no alias.
constexpr std::string_view kNoAlias = " on using tablesample final sample prewhere not indexed ";

class WallReader : WallOperands {
 public:
  WallReader(RuleTokens tokens, rows::Dialect dialect)
      : WallOperands(std::move(tokens), dialect), is_judged_(this->tokens().size()) {}

  std::optional<UnfencedTable> first_open() {
    if (tokens().size() == 0) return std::nullopt;
    if (!tokens().is_sound()) return UnfencedTable{tokens()[0].offset, false, {}};
    const Fence fence = query({0, tokens().size()}, {});
    const auto open = fence.state == State::open ? std::optional(UnfencedTable{fence.open_at, false, {}}) : nested_;
    const auto other = open ? spelled_otherwise_.find(open->offset) : spelled_otherwise_.end();
    return other == spelled_otherwise_.end() ? open : UnfencedTable{open->offset, open->is_nested, other->second};
  }

 private:
  /// `x IS [NOT] DISTINCT FROM y`
  [[nodiscard]] bool is_comparison(std::size_t from) const {
    return from > 2 && is(from - 1, "distinct") && (is(from - 2, "is") || (is(from - 2, "not") && is(from - 3, "is")));
  }

  Fence query(Span span, Around around) {
    if (const auto known = judged_.find(span.begin); known != judged_.end()) return known->second;
    const std::size_t begin = span.begin;
    if (is(span.begin, "with")) span.begin = read_with(span, around);
    Fence all;
    const auto sets = [&](std::size_t i) { return is(i, "union") || is(i, "intersect") || is(i, "except"); };
    for (Span arm : tokens().split(span, sets)) {
      if (is(arm.begin, "all") || is(arm.begin, "distinct")) ++arm.begin;
      const Fence one = arm_of(arm, around);
      const bool is_deeper = one.state == State::correlated && all.state == State::correlated && one.depth > all.depth;
      if (one.state > all.state || is_deeper) all = one;
    }
    judged_.emplace(begin, all);
    return all;
  }

  /// A SELECT, VALUES, or a parenthesis; what else gives rows (`TABLE t`, `UNPIVOT t ON x`) reads a table that nothing restricts.
  Fence arm_of(Span arm, const Around& around) {
    if (is(arm.begin, "(")) {
      const std::size_t behind = tokens().next(arm.begin, arm.end);
      if (behind == arm.end || is_one_of(kAfterConditions, tokens().word(behind))) {
        const Fence fence = query(tokens().inside(arm.begin, arm.end), around);
        look_within({behind, arm.end}, around);
        return fence;
      }
    }
    const Fence fence = select(arm, around);
    const bool reads = is(arm.begin, "select") || is(arm.begin, "values") || fence.state != State::no_tables;
    return reads || arm.begin >= arm.end ? fence : Fence{State::open, tokens()[arm.begin].offset};
  }

  /// Past `WITH [RECURSIVE] name [(…)] AS [[NOT] MATERIALIZED] (…), …`, as far as it is like this.
  std::size_t read_with(Span span, Around& around) {
    std::size_t i = span.begin + 1;
    const bool recursive = is(i, "recursive");
    if (recursive) ++i;
    while (i < span.end && is_name(i)) {
      const std::size_t name = i;
      std::size_t open = i + 1;
      if (is(open, "(")) open = tokens().next(open, span.end);
      if (!is(open++, "as")) break;
      if (is(open, "not")) ++open;
      if (is(open, "materialized")) ++open;
      if (!is(open, "(")) break;
      // Of itself it shows what it shows anyway; without RECURSIVE the name is that of a table there.
      if (recursive) around.queries[key(name)] = {};
      around.queries[key(name)] = query(tokens().inside(open, span.end), around);
      spellings_[to_lower(unquoted(tokens()[name]))] = tokens()[name].written;
      i = tokens().next(open, span.end);
      if (!is(i, ",")) break;
      ++i;
    }
    return i;
  }

  Fence select(Span span, Around around) {
    ++around.depth;
    const auto starts_from = [&](std::size_t i) { return is(i, "from") && !is_comparison(i); };
    const auto from = tokens().find(span, starts_from);
    const auto where = tokens().find(span, [&](std::size_t i) { return is(i, "where"); });
    const auto behind = [&](std::size_t at) {
      return tokens().find({std::min(at + 1, span.end), span.end},
                           [&](std::size_t i) { return is_one_of(kAfterConditions, tokens().word(i)); });
    };
    Fence fence =
        from == span.end ? Fence{} : sources({from + 1, std::min(where < from ? span.end : where, behind(from))}, around);
    if (from != span.end && tokens().find({from + 1, span.end}, starts_from) != span.end)
      fence = {State::open, tokens()[from].offset};
    else if (where != span.end)
      fence.join(wall({where + 1, behind(where)}, around));
    look_within(span, around);
    return fence;
  }

  /// Every SELECT in it that is not one of FROM's tables.
  void look_within(Span span, const Around& around) {
    for (std::size_t i = span.begin; i < span.end; ++i) {
      if (!is(i, "(") || !(is_judged_[i] || begins_query(i + 1))) continue;
      const Fence fence = is_judged_[i] ? Fence{} : query(tokens().inside(i, span.end), around);
      if (fence.state == State::open && !is_semijoin(i) && (!nested_ || fence.open_at < nested_->offset))
        nested_ = UnfencedTable{fence.open_at, true, {}};
      i = tokens().next(i, span.end) - 1;
    }
  }

  /// `column IN (SELECT …`
  [[nodiscard]] bool is_semijoin(std::size_t open) const {
    while (open > 0 && is(open - 1, "(")) --open;
    if (open < 2 || !is(open - 1, "in")) return false;
    std::size_t i = open - 2;
    if (is(i, "not") && i > 0) --i;
    return is_name(i) && !is_one_of(" select where on and or not when then else having by ", tokens().word(i));
  }

  /// What FROM reads. The tables of an outer join that it does not need a row of cannot fence the others.
  Fence sources(Span span, Around& around) {
    Fence all;
    Fence by{State::open, 0};  // what restricts all of it
    bool outer = false;
    bool right = false;
    bool optional_before = false;  // what stands to the left of a RIGHT or FULL JOIN
    std::size_t i = span.begin;
    const auto starts_item = [&](std::size_t at) {  // left() and right() are functions, too
      return is(at, ",") || (is_one_of(kJoinWords, tokens().word(at)) && (is(at, "join") || !is(at + 1, "(")));
    };
    while (i < span.end) {
      const std::size_t end = tokens().find({i, span.end}, starts_item);
      if (end > i) {
        Fence one = item({i, end}, around);
        const auto on = tokens().find({i, end}, [&](std::size_t at) { return is(at, "on"); });
        if (!outer) by.join(one);
        if (!outer && !right && on != end) by.join(wall({on + 1, end}, around));
        if (one.state >= State::correlated && all.state != State::open) all = {State::open, one.open_at};
      }
      std::string words;
      for (i = end; i < span.end && starts_item(i); ++i) {
        words += " " + tokens().word(i) + " ";
        if (is(i, ",")) {
          ++i;
          break;
        }
      }
      right = words.find(" right ") != std::string::npos || words.find(" full ") != std::string::npos;
      outer = std::any_of(kKeepingJoins.begin(), kKeepingJoins.end(),
                          [&](std::string_view one) { return words.find(one) != std::string::npos; });
      if (right && by.state != State::open) {
        by.state = State::open;
        optional_before = true;
      }
    }
    if (optional_before && all.state != State::open) all = {State::open, tokens()[span.begin].offset};
    if (by.state == State::fenced || all.state == State::open) all.join(by);
    return all;
  }

  /// A table, a WITH query, a function, or a parenthesis of one of these.
  Fence item(Span span, Around& around) {
    if (is(span.begin, "lateral") || is(span.begin, "only")) ++span.begin;
    const Fence open{State::open, tokens()[span.begin].offset};
    if (is(span.begin, "(")) {
      const Span inner = tokens().inside(span.begin, span.end);
      const bool is_query =
          is(inner.begin, "select") || is(inner.begin, "with") || is(inner.begin, "values") || is(inner.begin, "(");
      is_judged_[span.begin] = is_query;
      Fence fence = is_query ? query(inner, around) : sources(inner, around);
      if (is_query && fence.state == State::correlated && fence.depth >= around.depth)  // with what it is joined to
        fence.state = State::open;
      name_item(tokens().next(span.begin, span.end), span.end, {}, around);
      return fence;
    }
    if (!is_name(span.begin)) return open;  // `FROM 'facts.parquet'`
    std::size_t last = span.begin;
    while (is(last + 1, ".") && is_name(last + 2)) last += 2;
    const std::size_t behind = tokens().next(last, span.end);
    const bool is_call = is(last + 1, "(") && last + 1 < span.end;
    const auto known = last == span.begin && !is_call ? around.queries.find(key(last)) : around.queries.end();
    const Fence fence = is_call ? function(last, span.end) : known != around.queries.end() ? known->second : open;
    if (const auto other = spellings_.find(to_lower(unquoted(tokens()[last])));
        last == span.begin && known == around.queries.end() && other != spellings_.end())
      spelled_otherwise_[open.open_at] = other->second;
    name_item(is_call ? tokens().next(last + 1, span.end) : behind, span.end, key(last), around);
    return fence;
  }

  /// The alias that stands at `i`, or the table's own name.
  void name_item(std::size_t i, std::size_t end, std::string table, Around& around) const {
    if (is(i, "as") && i < end) ++i;
    if (i < end && is_name(i) && !is_one_of(kNoAlias, tokens().word(i))) table = key(i);
    if (!table.empty()) around.tables[table] = around.depth;
  }

  /// The account is one of its arguments, or it makes rows of its arguments alone.
  Fence function(std::size_t name, std::size_t end) const {
    const auto arguments = tokens().split(tokens().inside(name + 1, end), [&](std::size_t i) { return is(i, ","); });
    if (std::any_of(arguments.begin(), arguments.end(), [&](const Span& one) { return is_account(one); }))
      return {State::fenced, 0};
    return is_one_of(kRowMakers, tokens().word(name)) ? Fence{} : Fence{State::open, tokens()[name].offset};
  }

  /// What those conditions that all must hold do: one of them fences, or compares with a SELECT around this one.
  Fence wall(Span span, const Around& around) {
    Fence all{State::open, 0};
    const auto loosens = [&](std::size_t i) { return is_one_of(" or xor when then else ", tokens().word(i)); };
    if (tokens().find(span, loosens) != span.end) return all;
    int halves = 0;  // that belong to a BETWEEN
    for (const Span& term : tokens().split(span, [&](std::size_t i) { return is(i, "and"); })) {
      if (halves > 0)
        --halves;
      else
        all.join(condition(term, around));
      for (std::size_t i = term.begin; i < term.end; i = tokens().next(i, term.end)) halves += is(i, "between") ? 1 : 0;
    }
    return all;
  }

  Fence condition(Span span, const Around& around) {
    const Fence open{State::open, 0};
    const Fence fenced{State::fenced, 0};
    if (span.begin >= span.end || is(span.begin, "not")) return open;
    if (tokens().is_enclosed(span)) {
      const Span inner = tokens().inside(span.begin, span.end);
      return begins_query(inner.begin) ? open : wall(inner, around);
    }
    if (is(span.begin, "exists")) return is_fenced_select({span.begin + 1, span.end}, around) ? fenced : open;
    const auto compares = [&](std::size_t i) {
      for (const char* sign : {"=", "==", "<", ">", "<=", ">=", "<>", "!=", "in", "is", "like", "not", "between", "case"})
        if (is(i, sign)) return true;
      return false;
    };
    const std::size_t sign = tokens().find(span, compares);
    if (sign == span.end) return open;
    const Span left{span.begin, sign};
    const Span right{sign + 1, span.end};
    if (tokens().find(right, compares) != right.end) return open;
    if (is(sign, "in")) {
      const bool holds =
          is_fenced_select(right, around) || (tokens().is_enclosed(right) && is_account(tokens().inside(right.begin, right.end)));
      return holds && names_something(left) ? fenced : open;
    }
    if (!is(sign, "=") && !is(sign, "==")) return open;
    if ((is_account(left) && names_something(right)) || (is_account(right) && names_something(left)) ||
        (names_something(left) && is_fenced_select(right, around)) || (names_something(right) && is_fenced_select(left, around)))
      return fenced;
    const int depth = correlation(left, right, around);
    return depth < around.depth ? Fence{State::correlated, 0, depth} : open;
  }

  bool is_fenced_select(Span span, const Around& around) {
    if (!tokens().is_enclosed(span)) return false;
    const Span inner = tokens().inside(span.begin, span.end);
    return (is(inner.begin, "select") || is(inner.begin, "with")) && query(inner, around).state == State::fenced;
  }

  std::vector<bool> is_judged_;          ///< a parenthesis of FROM
  std::map<std::size_t, Fence> judged_;  ///< queries, by where they begin
  std::optional<UnfencedTable> nested_;
  std::map<std::string, std::string> spellings_;          ///< of WITH queries, by the name in lower case
  std::map<std::size_t, std::string> spelled_otherwise_;  ///< the WITH query that may have been meant by a table, by its place
};

/// `{{instant(a OR b)}}` may become `a OR b`, with the conditions beside it.
bool loosens(const SqlPiece& macro) {
  return std::any_of(macro.arguments.begin(), macro.arguments.end(), [](const SqlPieces& argument) {
    int depth = 0;
    for (const RuleToken& token : rule_tokens(argument)) {
      if (token.kind == RuleKind::sign) depth += token.text == "(" ? 1 : token.text == ")" ? -1 : 0;
      if (depth == 0 && token.kind == RuleKind::word && is_one_of(" or xor and between ", token.text)) return true;
    }
    return std::any_of(argument.begin(), argument.end(), loosens);
  });
}

bool holds_query(const SqlPiece& macro) {
  return std::any_of(macro.arguments.begin(), macro.arguments.end(), [](const SqlPieces& argument) {
    for (const RuleToken& token : rule_tokens(argument))
      if (token.kind == RuleKind::word && is_one_of(" select from table with pivot unpivot ", token.text)) return true;
    return std::any_of(argument.begin(), argument.end(), holds_query);
  });
}

/// A macro is one word, with its arguments in parentheses where a SELECT stands in them.
RuleTokens wall_tokens(const SqlPieces& pieces) {
  RuleTokens tokens;
  for (const SqlPiece& piece : pieces) {
    RuleTokens own = rule_tokens({piece});
    if (piece.kind == SqlPiece::Kind::macro && loosens(piece)) own = {{RuleKind::word, "or", piece.offset}};
    std::move(own.begin(), own.end(), std::back_inserter(tokens));
    if (piece.kind != SqlPiece::Kind::macro || !holds_query(piece)) continue;
    for (const SqlPieces& argument : piece.arguments) {
      tokens.push_back({RuleKind::sign, "(", piece.offset});
      RuleTokens inner = wall_tokens(argument);
      std::move(inner.begin(), inner.end(), std::back_inserter(tokens));
      tokens.push_back({RuleKind::sign, ")", piece.offset});
    }
  }
  return tokens;
}

}  // namespace

std::optional<UnfencedTable> unfenced_table(const SqlPieces& pieces, rows::Dialect dialect) {
  return WallReader(wall_tokens(pieces), dialect).first_open();
}

}  // namespace reportctl::catalog
