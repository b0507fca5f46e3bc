// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "tenant_wall.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include "rule_tokens.hpp"

namespace reportctl::catalog {
namespace {

using RuleKind = RuleToken::Kind;

/// Of a SELECT, or of something that FROM can read.
struct Fence {
  enum class State { no_tables, fenced, open };
  State state = State::no_tables;
  std::size_t open_at = 0;  ///< the table
};
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
/// Signs that bind more tightly than `=` in every dialect.
constexpr std::string_view kTightSigns = " . || + - * / % :: -> ->> ";

bool is_one_of(std::string_view list, std::string_view word) {
  return !word.empty() && list.find(" " + std::string(word) + " ") != std::string_view::npos;
}

class WallReader {
 public:
  explicit WallReader(RuleTokens tokens) : tokens_(std::move(tokens)) {
    // Behind AS and behind a point, every word is a name: `SELECT 1 AS where`.
    for (std::size_t i = 1; i < tokens_.size(); ++i)
      if (tokens_[i].kind == RuleKind::word && (is(i - 1, "as") || is(i - 1, ".")) && !is(i, "not") && !is(i, "materialized"))
        tokens_[i].kind = RuleKind::quoted;
  }

  std::optional<std::size_t> first_open() {
    if (tokens_.empty()) return std::nullopt;
    if (!is_balanced()) return tokens_.front().offset;
    const Fence fence = query({0, tokens_.size()}, {});
    return fence.state == State::open ? std::optional(fence.open_at) : std::nullopt;
  }

 private:
  struct Span {
    std::size_t begin;
    std::size_t end;
  };
  using Known = std::map<std::string, Fence, std::less<>>;  ///< WITH queries by name

  [[nodiscard]] bool is(std::size_t i, std::string_view text) const {
    return i < tokens_.size() && (tokens_[i].kind == RuleKind::word || tokens_[i].kind == RuleKind::sign) &&
           tokens_[i].text == text;
  }
  [[nodiscard]] bool is_name(std::size_t i) const {
    return i < tokens_.size() && (tokens_[i].kind == RuleKind::word || tokens_[i].kind == RuleKind::quoted);
  }
  [[nodiscard]] std::string word(std::size_t i) const {
    return i < tokens_.size() && tokens_[i].kind == RuleKind::word ? tokens_[i].text : std::string();
  }
  [[nodiscard]] bool opens(std::size_t i) const { return is(i, "(") || is(i, "[") || is(i, "{") || is(i, "case"); }
  [[nodiscard]] bool closes(std::size_t i) const { return is(i, ")") || is(i, "]") || is(i, "}") || is(i, "end"); }
  /// Behind the group that opens at `i` (a parenthesis, a list, CASE), or behind what stands there.
  [[nodiscard]] std::size_t next(std::size_t i, std::size_t end) const {
    if (!opens(i)) return i + 1;
    int depth = 0;
    for (; i < end; ++i) {
      if (opens(i)) ++depth;
      if (closes(i) && --depth == 0) return i + 1;
    }
    return end;
  }
  /// `x IS [NOT] DISTINCT FROM y`
  [[nodiscard]] bool is_comparison(std::size_t from) const {
    return from > 2 && is(from - 1, "distinct") && (is(from - 2, "is") || (is(from - 2, "not") && is(from - 3, "is")));
  }
  /// Every group is closed by what belongs to it.
  [[nodiscard]] bool is_balanced() const {
    std::string expected;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (opens(i)) expected += is(i, "(") ? ')' : is(i, "[") ? ']' : is(i, "{") ? '}' : 'e';
      if (!closes(i)) continue;
      if (expected.empty() || expected.back() != tokens_[i].text.front()) return false;
      expected.pop_back();
    }
    return expected.empty();
  }
  /// What a parenthesis that opens at `i` encloses.
  [[nodiscard]] Span inside(std::size_t i, std::size_t end) const { return {i + 1, std::max(i + 1, next(i, end) - 1)}; }
  /// The first place at this level where the predicate holds, from `begin`; `span.end` when there is none.
  template <typename Predicate>
  [[nodiscard]] std::size_t find(Span span, Predicate holds) const {
    for (std::size_t i = span.begin; i < span.end; i = next(i, span.end))
      if (holds(i)) return i;
    return span.end;
  }
  template <typename Predicate>
  [[nodiscard]] std::vector<Span> split(Span span, Predicate separates) const {
    std::vector<Span> parts;
    while (true) {
      const std::size_t end = find(span, separates);
      parts.push_back({span.begin, end});
      if (end == span.end) return parts;
      span.begin = end + 1;
    }
  }

  Fence query(Span span, Known known) {
    if (is(span.begin, "with")) span.begin = read_with(span, known);
    Fence all;
    const auto sets = [&](std::size_t i) { return is(i, "union") || is(i, "intersect") || is(i, "except"); };
    for (Span arm : split(span, sets)) {
      if (is(arm.begin, "all") || is(arm.begin, "distinct")) ++arm.begin;
      const Fence one = arm_of(arm, known);
      if (one.state == State::open) return one;
      if (one.state == State::fenced) all = one;
    }
    return all;
  }

  /// A SELECT, VALUES, or a parenthesis; what else gives rows (`TABLE t`, `UNPIVOT t ON x`) reads a table that nothing restricts.
  Fence arm_of(Span arm, const Known& known) {
    if (is(arm.begin, "(")) {
      const std::size_t behind = next(arm.begin, arm.end);
      if (behind == arm.end || is_one_of(kAfterConditions, word(behind))) return query(inside(arm.begin, arm.end), known);
    }
    const Fence fence = select(arm, known);
    const bool reads = is(arm.begin, "select") || is(arm.begin, "values") || fence.state != State::no_tables;
    return reads || arm.begin >= arm.end ? fence : Fence{State::open, tokens_[arm.begin].offset};
  }

  /// Past `WITH [RECURSIVE] name [(…)] AS [[NOT] MATERIALIZED] (…), …`, as far as it is like this.
  std::size_t read_with(Span span, Known& known) {
    std::size_t i = span.begin + 1;
    const bool recursive = is(i, "recursive");
    if (recursive) ++i;
    while (i < span.end && is_name(i)) {
      const std::string name = tokens_[i].written;
      std::size_t open = i + 1;
      if (is(open, "(")) open = next(open, span.end);
      if (!is(open++, "as")) break;
      if (is(open, "not")) ++open;
      if (is(open, "materialized")) ++open;
      if (!is(open, "(")) break;
      if (recursive) known[name] = {};  // of itself it shows what it shows anyway; else the name is that of a table there
      known[name] = query(inside(open, span.end), known);
      i = next(open, span.end);
      if (!is(i, ",")) break;
      ++i;
    }
    return i;
  }

  Fence select(Span span, const Known& known) {
    const auto starts_from = [&](std::size_t i) { return is(i, "from") && !is_comparison(i); };
    const auto from = find(span, starts_from);
    const auto where = find(span, [&](std::size_t i) { return is(i, "where"); });
    const auto behind = [&](std::size_t at) {
      return find({std::min(at + 1, span.end), span.end}, [&](std::size_t i) { return is_one_of(kAfterConditions, word(i)); });
    };
    Fence fence =
        from == span.end ? Fence{} : sources({from + 1, std::min(where < from ? span.end : where, behind(from))}, known);
    if (from != span.end && find({from + 1, span.end}, starts_from) != span.end) return {State::open, tokens_[from].offset};
    if (where != span.end && is_wall({where + 1, behind(where)}, known)) fence.state = State::fenced;
    return fence;
  }

  /// What FROM reads. The tables of an outer join that it does not need a row of cannot fence the others.
  Fence sources(Span span, const Known& known) {
    Fence all;
    bool fenced = false;
    bool outer = false;
    bool right = false;
    bool optional_before = false;  // what stands to the left of a RIGHT or FULL JOIN
    std::size_t i = span.begin;
    const auto starts_item = [&](std::size_t at) {  // left() and right() are functions, too
      return is(at, ",") || (is_one_of(kJoinWords, word(at)) && (is(at, "join") || !is(at + 1, "(")));
    };
    while (i < span.end) {
      const std::size_t end = find({i, span.end}, starts_item);
      if (end > i) {
        const Fence one = item({i, end}, known);
        const auto on = find({i, end}, [&](std::size_t at) { return is(at, "on"); });
        const bool on_fences = !right && on != end && is_wall({on + 1, end}, known);
        if (!outer && (one.state == State::fenced || on_fences)) fenced = true;
        if (one.state == State::open && all.state != State::open) all = one;
      }
      std::string words;
      for (i = end; i < span.end && starts_item(i); ++i) {
        words += " " + word(i) + " ";
        if (is(i, ",")) {
          ++i;
          break;
        }
      }
      right = words.find(" right ") != std::string::npos || words.find(" full ") != std::string::npos;
      outer = std::any_of(kKeepingJoins.begin(), kKeepingJoins.end(),
                          [&](std::string_view one) { return words.find(one) != std::string::npos; });
      if (right && fenced) {
        fenced = false;
        optional_before = true;
      }
    }
    if (fenced) return {State::fenced, 0};
    if (optional_before && all.state != State::open) all = {State::open, tokens_[span.begin].offset};
    return all;
  }

  /// A table, a WITH query, a function, or a parenthesis of one of these.
  Fence item(Span span, const Known& known) {
    if (is(span.begin, "lateral") || is(span.begin, "only")) ++span.begin;
    if (is(span.begin, "(")) {
      const Span inner = inside(span.begin, span.end);
      const bool is_query =
          is(inner.begin, "select") || is(inner.begin, "with") || is(inner.begin, "values") || is(inner.begin, "(");
      return is_query ? query(inner, known) : sources(inner, known);
    }
    const Fence open{State::open, tokens_[span.begin].offset};
    if (!is_name(span.begin)) return open;  // `FROM 'facts.parquet'`
    std::size_t last = span.begin;
    while (is(last + 1, ".") && is_name(last + 2)) last += 2;
    if (is(last + 1, "(") && last + 1 < span.end) return function(last, span.end);
    if (const auto found = known.find(tokens_[span.begin].written); last == span.begin && found != known.end())
      return found->second;
    return open;
  }

  /// The account is one of its arguments, or it makes rows of its arguments alone.
  Fence function(std::size_t name, std::size_t end) const {
    const auto arguments = split(inside(name + 1, end), [&](std::size_t i) { return is(i, ","); });
    if (std::any_of(arguments.begin(), arguments.end(), [&](const Span& one) { return is_account(one); }))
      return {State::fenced, 0};
    return is_one_of(kRowMakers, word(name)) ? Fence{} : Fence{State::open, tokens_[name].offset};
  }

  /// One of the conditions that all must hold fences.
  bool is_wall(Span span, const Known& known) {
    const auto loosens = [&](std::size_t i) { return is_one_of(" or xor when then else ", word(i)); };
    if (find(span, loosens) != span.end) return false;
    int halves = 0;  // that belong to a BETWEEN
    for (const Span& term : split(span, [&](std::size_t i) { return is(i, "and"); })) {
      if (halves > 0)
        --halves;
      else if (term_is_wall(term, known))
        return true;
      for (std::size_t i = term.begin; i < term.end; i = next(i, term.end)) halves += is(i, "between") ? 1 : 0;
    }
    return false;
  }

  bool term_is_wall(Span span, const Known& known) {
    if (span.begin >= span.end || is(span.begin, "not")) return false;
    if (is(span.begin, "(") && next(span.begin, span.end) == span.end) {
      const Span inner = inside(span.begin, span.end);
      return is(inner.begin, "select") || is(inner.begin, "with") ? false : is_wall(inner, known);
    }
    if (is(span.begin, "exists")) return is_fenced_select({span.begin + 1, span.end}, known);
    const auto compares = [&](std::size_t i) {
      for (const char* sign : {"=", "==", "<", ">", "<=", ">=", "<>", "!=", "in", "is", "like", "not", "between", "case"})
        if (is(i, sign)) return true;
      return false;
    };
    const std::size_t sign = find(span, compares);
    if (sign == span.end) return false;
    const Span left{span.begin, sign};
    const Span right{sign + 1, span.end};
    if (find(right, compares) != right.end) return false;
    if (is(sign, "in"))
      return names_something(left) &&
             (is_fenced_select(right, known) ||
              (is(right.begin, "(") && next(right.begin, right.end) == right.end && is_account(inside(right.begin, right.end))));
    if (!is(sign, "=") && !is(sign, "==")) return false;
    return (is_account(left) && names_something(right)) || (is_account(right) && names_something(left)) ||
           (names_something(left) && is_fenced_select(right, known)) || (names_something(right) && is_fenced_select(left, known));
  }

  bool is_fenced_select(Span span, const Known& known) {
    if (!is(span.begin, "(") || next(span.begin, span.end) != span.end) return false;
    const Span inner = inside(span.begin, span.end);
    return (is(inner.begin, "select") || is(inner.begin, "with")) && query(inner, known).state == State::fenced;
  }

  /// `:account`, `(:account)`, `CAST(:account AS …)`, `:account::text`.
  [[nodiscard]] bool is_account(Span span) const {
    if (is(span.begin, "(") && next(span.begin, span.end) == span.end) return is_account(inside(span.begin, span.end));
    if (is(span.begin, "cast") && is(span.begin + 1, "(") && next(span.begin + 1, span.end) == span.end) {
      const Span inner = inside(span.begin + 1, span.end);
      return is_account({inner.begin, find(inner, [&](std::size_t i) { return is(i, "as"); })});
    }
    if (span.begin >= span.end || tokens_[span.begin].kind != RuleKind::bind || tokens_[span.begin].text != "account")
      return false;
    return span.begin + 1 == span.end || (is(span.begin + 1, "::") && is_operand({span.begin + 2, span.end}));
  }

  /// A column stands in it, or it is one constant; and nothing of the account, and nothing that binds less tightly than `=`.
  [[nodiscard]] bool names_something(Span span) const {
    if (!is_operand(span)) return false;
    if (span.begin + 1 == span.end && tokens_[span.begin].kind == RuleKind::constant) return true;
    bool named = false;
    for (std::size_t i = span.begin; i < span.end; ++i) {
      if (tokens_[i].kind == RuleKind::bind && tokens_[i].text == "account") return false;
      const bool is_function = is(i + 1, "(") && tokens_[i].kind == RuleKind::word;
      named =
          named || (is_name(i) && !is_function && !is_one_of(" null true false as and or not case when then else end ", word(i)));
    }
    return named;
  }

  /// Names, constants, calls and parentheses, with one sign between each two: `a XOR b = :account` and `:account = a NOTNULL` are
  /// other conditions than they seem.
  [[nodiscard]] bool is_operand(Span span) const {
    bool wanted = true;  // an operand
    for (std::size_t i = span.begin; i < span.end; i = next(i, span.end)) {
      const bool sign = tokens_[i].kind == RuleKind::sign;
      if (is(i, "(")) {
        if (!wanted && (!is_name(i - 1) || is_one_of(" any all some ", word(i - 1)))) return false;
        wanted = false;
        continue;
      }
      if (sign ? wanted || !is_one_of(kTightSigns, tokens_[i].text) : !wanted) return false;
      wanted = sign;
    }
    return !wanted;
  }

  RuleTokens tokens_;
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

}  // namespace

std::optional<std::size_t> unfenced_table(const SqlPieces& pieces) {
  RuleTokens tokens = rule_tokens(pieces);
  for (const SqlPiece& piece : pieces) {
    if (piece.kind != SqlPiece::Kind::macro || !loosens(piece)) continue;
    for (RuleToken& token : tokens)
      if (token.offset == piece.offset) token = {RuleKind::word, "or", token.offset};
  }
  return WallReader(std::move(tokens)).first_open();
}

}  // namespace reportctl::catalog
