// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "mariadb/sql.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <tuple>
#include <utility>

#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

constexpr rows::Dialect kRewrittenDialect = rows::Dialect::mariadb;

constexpr std::array<TypeNames, 5> kMariadbTypes{{{" text varchar character string ", "char", true},
                                                  {" bigint integer int smallint int8 int4 boolean bool ", "signed", true},
                                                  {" numeric ", "decimal", true},
                                                  {" real float float8 double ", "double", true},
                                                  {" timestamp timestamptz datetime ", "datetime(6)"}}};
/// Words that MariaDB reserves and other databases do not, and that are no word of a SELECT: names, which are put into quotes.
constexpr std::string_view kReserved =
    " accessible add before call change condition continue cursor databases delayed each escaped exit explain grant infile inout "
    "iterate keys kill leave linear lines load loop modifies optimize option optionally out purge read reads release require "
    "return "
    "revoke schemas sensitive show signal specific sql ssl starting terminated trigger undo unlock usage while write zerofill ";

constexpr std::array<ForbiddenSql, 14> kForbidden{
    {{" into ", "", "the query holds INTO, which writes"},
     {" rows ", "examined", "the query leaves out rows without a word"},
     {" for ", "update", "the query locks rows"},
     {" for ", "share", "the query locks rows"},
     {" lock ", "in", "the query locks rows"},
     {" procedure ", "analyse", "the query calls a procedure"},
     {" nextval ", "(", "the query takes a number from a sequence"},
     {" next ", "value", "the query takes a number from a sequence"},
     {" setval ", "(", "the query changes a sequence"},
     {" load_file ", "(", "the query reads a file of the server"},
     {" get_lock ", "(", "the query takes a lock"},
     {" release_lock release_all_locks ", "(", "the query gives back a lock"},
     {" benchmark ", "(", "the query only costs time"},
     {" sleep master_pos_wait master_gtid_wait wsrep_sync_wait_upto_gtid ", "(", "the query waits"}}};

/// Ends the query when it is evaluated, which MariaDB does not do beforehand where `value` comes from a row; null for null.
std::string refusal(std::string_view what, std::string_view value) {
  return fmt::format("IS_FREE_LOCK(RPAD(CONCAT({}, {}), 200, '|'))", rows::sql_literal(what), value);
}

/// 1 for exact numbers, 0 for binary ones: those do not tell this number from its neighbour. It is the type that decides.
std::string exactness(std::string_view value) { return fmt::format("(({}) * 0 + 9007199254740993) % 2", value); }

class Rewriter final : public SqlRewriter {
 public:
  explicit Rewriter(std::string_view sql) : SqlRewriter(sql, kRewrittenDialect) {
    quote_names();
    compare_bytes();
  }

  [[nodiscard]] std::pair<std::string, std::string> problem() const {
    if (auto found = reading_problem(kForbidden, "#@"); !found.first.empty()) return found;
    for (std::size_t i = 0; i < parts().size(); ++i)
      if (const auto key = null_key(i); key && !key->usual && is_by_number(*key))
        return {"NULLS FIRST or NULLS LAST stands behind the number of a column",
                "write the column itself instead of its number"};
    return {};
  }

 private:
  /// Whole numbers are divided to whole numbers, as by the other databases. Where neither side is a decimal for sure, the types
  /// have to be whole: else the query ends, since DIV would drop what stands behind the point.
  Operand calculated(const Operand& left, const Operand& right) override {
    const Operand whole{left.first, right.last, false};
    Part& sign = parts()[left.last + 1];
    if (sign.token.text != "/" || has_fraction(left.first, left.last) || has_fraction(right.first, right.last)) return whole;
    const std::string a = written(left.first, left.last);
    const std::string b = written(right.first, right.last);
    const std::string said = fmt::format("{}{}|", rows::kRefusedDivision, name_of(left.first, right.last));
    sign.instead = "DIV";
    parts()[right.first].before.insert(
        0, fmt::format("(CASE WHEN {} + {} <> 2 OR LENGTH(CONCAT(({}) * 0, ({}) * 0)) <> 2 THEN {} ELSE ", exactness(a),
                       exactness(b), a, b, refusal(said, fmt::format("({}) * 0, ({}) * 0", a, b))));
    parts()[right.last].after += " END)";
    parts()[left.first].before.insert(0, "(");
    parts()[right.last].after += ")";
    return whole;
  }

  void called(std::size_t open, std::size_t close) override {
    const std::string& name = parts()[open - 1].word;
    if (name == "cast") return name_type(open, close, kMariadbTypes, "decimal(38, 12)");
    if ((name != "sum" && name != "avg") || close == open + 1) return;
    const std::size_t first = is(open + 1, "distinct") || is(open + 1, "all") ? open + 2 : open + 1;
    if (first >= close || is_exact(first, close - 1)) return;
    const std::string value = written(first, close - 1);
    const std::string said = fmt::format("{}{}({})|", rows::kRefusedSum, name, name_of(first, close - 1));
    parts()[first].before.insert(
        0, fmt::format("CASE WHEN {} = 0 THEN {} ELSE ", exactness(value), refusal(said, fmt::format("({}) * 0", value))));
    parts()[close - 1].after += " END";
  }

  /// What NULLS FIRST or NULLS LAST at `i` says of.
  struct NullKey {
    std::size_t begin;
    std::size_t end;
    bool last;
    bool usual;  ///< nulls are the least of all here, as in SQLite
  };
  [[nodiscard]] std::optional<NullKey> null_key(std::size_t i) const {
    const bool last = is(i + 1, "last");
    if (i == 0 || !is(i, "nulls") || (!last && !is(i + 1, "first"))) return std::nullopt;
    const bool falling = is(i - 1, "desc");
    const std::size_t end = falling || is(i - 1, "asc") ? i - 2 : i - 1;
    return NullKey{start_of_key(end), end, last, falling == last};
  }
  [[nodiscard]] bool is_by_number(const NullKey& key) const { return key.begin == key.end && is_kind(key.begin, Kind::number); }

  /// `x NULLS LAST` becomes `x IS NULL, x`.
  void finished() override {
    for (std::size_t i = 0; i < parts().size(); ++i) {
      const auto key = null_key(i);
      if (!key) continue;
      parts()[i].instead = "";
      parts()[i + 1].instead = "";
      if (key->usual || key->begin > key->end) continue;
      const std::string value = written(key->begin, key->end);
      parts()[key->begin].before.insert(0, fmt::format("({}) IS {}NULL, ", value, key->last ? "" : "NOT "));
    }
  }
  /// The first token of the key that ends there: behind BY, or a comma outside of parentheses.
  [[nodiscard]] std::size_t start_of_key(std::size_t end) const {
    std::size_t i = end + 1;
    while (i > 0) {
      const std::size_t before = i - 1;
      if (is(before, "by") || is(before, ",") || (is(before, "(") && parts()[before].partner > end)) return i;
      const std::size_t partner = parts()[before].partner;
      i = partner != kNoToken && partner < before ? partner : before;
    }
    return end + 1;
  }

  void quote_names() {
    for (std::size_t i = 0; i < parts().size(); ++i)
      if (is_word_of(i, kReserved) && !is(i + 1, "(")) parts()[i].instead = fmt::format("\"{}\"", parts()[i].token.text);
  }

  /// `x = 'paid'`, `x IN ('paid', 'due')`, `CASE x WHEN 'paid'`: the collation of a column may take Paid for it.
  void compare_bytes() {
    for (std::size_t i = 0; i < parts().size(); ++i) {
      if (!is_kind(i, Kind::literal) || !parts()[i].token.text.starts_with('\'')) continue;
      const bool before = i > 0 && is_comparison(i - 1);
      const bool behind = is_comparison(i + 1);
      const bool simple_when = i > 0 && is(i - 1, "when") && (is(i + 1, "then"));
      if (before || behind || simple_when || is_listed(i)) parts()[i].before += "BINARY ";
    }
  }
  [[nodiscard]] bool is_comparison(std::size_t i) const {
    for (const std::string_view sign : {"=", "<>", "!=", "<=", ">=", "<", ">", "=="})
      if (is(i, sign)) return true;
    return false;
  }
  [[nodiscard]] bool is_listed(std::size_t i) const {
    while (i > 1 && is(i - 1, ",") && is_kind(i - 2, Kind::literal)) i -= 2;
    return i > 1 && is(i - 1, "(") && is(i - 2, "in");
  }
};

}  // namespace

RewrittenSql mariadb_sql(std::string_view sql, const std::function<bool(std::string_view name)>& is_text) {
  Rewriter rewriter(sql);
  RewrittenSql result;
  std::tie(result.problem, result.hint) = rewriter.problem();
  if (result.problem.empty())
    result.write(rewriter.text(), kRewrittenDialect, [&](std::string_view name) { return is_text(name) ? "BINARY ?" : "?"; });
  return result;
}

}  // namespace reportctl::source
