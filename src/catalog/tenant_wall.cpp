// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "tenant_wall.hpp"

#include <algorithm>
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
constexpr std::string_view kJoinWords = " join inner outer left right full cross natural ";

bool is_one_of(std::string_view list, std::string_view word) {
  return !word.empty() && list.find(" " + std::string(word) + " ") != std::string_view::npos;
}

class WallReader {
 public:
  explicit WallReader(RuleTokens tokens) : tokens_(std::move(tokens)) {}

  std::optional<std::size_t> first_open() {
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
  /// Behind the parenthesis that opens at `i`, or behind what stands there.
  [[nodiscard]] std::size_t next(std::size_t i, std::size_t end) const {
    if (!is(i, "(")) return i + 1;
    int depth = 0;
    for (; i < end; ++i) {
      if (is(i, "(")) ++depth;
      if (is(i, ")") && --depth == 0) return i + 1;
    }
    return end;
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
      const Fence one = is(arm.begin, "(") ? query(inside(arm.begin, arm.end), known) : select(arm, known);
      if (one.state == State::open) return one;
      if (one.state == State::fenced) all = one;
    }
    return all;
  }

  /// Past `WITH [RECURSIVE] name [(…)] AS [[NOT] MATERIALIZED] (…), …`.
  std::size_t read_with(Span span, Known& known) {
    std::size_t i = span.begin + 1;
    if (is(i, "recursive")) ++i;
    while (i < span.end && is_name(i)) {
      const std::string name = tokens_[i].text;
      const std::size_t body = find({i, span.end}, [&](std::size_t at) { return is(at, "as"); });
      const std::size_t open = find({body, span.end}, [&](std::size_t at) { return is(at, "("); });
      known[name] = {};  // of itself it shows what it shows anyway
      known[name] = query(inside(open, span.end), known);
      i = next(open, span.end);
      if (!is(i, ",")) break;
      ++i;
    }
    return i;
  }

  Fence select(Span span, const Known& known) {
    const auto from = find(span, [&](std::size_t i) { return is(i, "from"); });
    const auto where = find(span, [&](std::size_t i) { return is(i, "where"); });
    const auto behind = [&](std::size_t at) {
      return find({std::min(at + 1, span.end), span.end}, [&](std::size_t i) { return is_one_of(kAfterConditions, word(i)); });
    };
    Fence fence =
        from == span.end ? Fence{} : sources({from + 1, std::min(where < from ? span.end : where, behind(from))}, known);
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
      outer = words.find(" left ") != std::string::npos || words.find(" full ") != std::string::npos;
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
    if (!is_name(span.begin)) return {};
    std::size_t last = span.begin;
    while (is(last + 1, ".") && is_name(last + 2)) last += 2;
    if (is(last + 1, "(") && last + 1 < span.end) return {};  // a function: what it reads is not ours to see
    if (const auto found = known.find(tokens_[span.begin].text); last == span.begin && found != known.end()) return found->second;
    return {State::open, tokens_[span.begin].offset};
  }

  /// One of the conditions that all must hold fences.
  bool is_wall(Span span, const Known& known) {
    const auto is_or = [&](std::size_t i) { return is(i, "or"); };
    if (find(span, is_or) != span.end) return false;
    const auto terms = split(span, [&](std::size_t i) { return is(i, "and"); });
    return std::any_of(terms.begin(), terms.end(), [&](const Span& term) { return term_is_wall(term, known); });
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

  /// `:account`, `(:account)`, `CAST(:account AS …)`, `:account::…`.
  [[nodiscard]] bool is_account(Span span) const {
    if (is(span.begin, "(") && next(span.begin, span.end) == span.end) return is_account(inside(span.begin, span.end));
    if (is(span.begin, "cast") && is(span.begin + 1, "(") && next(span.begin + 1, span.end) == span.end) {
      const Span inner = inside(span.begin + 1, span.end);
      return is_account({inner.begin, find(inner, [&](std::size_t i) { return is(i, "as"); })});
    }
    if (span.begin >= span.end || tokens_[span.begin].kind != RuleKind::bind || tokens_[span.begin].text != "account")
      return false;
    return span.begin + 1 == span.end || is(span.begin + 1, "::");
  }

  /// A column stands in it, or it is one constant; and nothing of the account.
  [[nodiscard]] bool names_something(Span span) const {
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

  RuleTokens tokens_;
};

}  // namespace

std::optional<std::size_t> unfenced_table(const SqlPieces& pieces) { return WallReader(rule_tokens(pieces)).first_open(); }

}  // namespace reportctl::catalog
