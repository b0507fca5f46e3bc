// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "clickhouse/sql.hpp"

#include <fmt/format.h>

#include <array>
#include <span>
#include <tuple>

#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

constexpr rows::Dialect kClickhouse = rows::Dialect::clickhouse;

/// Those that ClickHouse knows by the same word are of other sizes there: `date` ends in 2149,
/// `timestamp` in 2106, `integer` has 32 bits, and `numeric` no digits behind the point.
constexpr std::array<TypeNames, 6> kClickhouseTypes{{{" text varchar character char ", "String"},
                                                     {" bigint integer int smallint int8 int4 signed ", "Int64"},
                                                     {" boolean bool ", "Bool"},
                                                     {" real float float8 double ", "Float64"},
                                                     {" date ", "Date32"},
                                                     {" timestamp timestamptz datetime ", "DateTime64(6, 'UTC')"}}};

/// Functions of windows that give the default of a type (0, 1970) where there is no row, unless their argument may be null.
constexpr std::string_view kOfOtherRows = " first_value lag lead last_value nth_value ";

constexpr std::string_view kAggregates = " any avg count grouparray max min sum uniqexact ";

constexpr std::array<ForbiddenSql, 4> kForbiddenWords{
    {{" into ", "", "the query holds INTO, which writes"},
     {" settings ", "", "the query holds SETTINGS, which change how it is answered"},
     {" sleep sleepeachrow ", "(", "the query waits"},
     {" arrowflight azureblobstorage azureblobstoragecluster catboostevaluate cosn deltalake deltalakeazure "
      "deltalakeazurecluster deltalakecluster deltalakelocal deltalakes3 deltalakes3cluster eval executable "
      "file filecluster filesystem gcs getclienthttpheader hdfs hdfscluster hive hudi hudicluster iceberg "
      "icebergazure icebergazurecluster icebergcluster iceberghdfs iceberghdfscluster iceberglocal "
      "iceberglocalcluster icebergs3 icebergs3cluster jdbc mongodb mysql odbc oss paimon paimonazure "
      "paimonazurecluster paimoncluster paimonhdfs paimonhdfscluster paimonlocal paimons3 paimons3cluster "
      "postgresql python redis remote remotesecure s3 s3cluster sqlite url urlcluster ytsaurus ",
      "(", "the query reaches for data outside of the source"}}};

/// In ClickHouse, a backslash within quotes escapes what follows.
std::string with_backslashes(std::string_view quoted) {
  std::string out;
  for (const char c : quoted) out.append(c == '\\' ? 2 : 1, c);
  return out;
}

/// Quotes and a minus of Unicode, which ClickHouse takes for those of ASCII.
bool has_other_quotes(std::string_view text) {
  for (const std::string_view one : {"\u2018", "\u2019", "\u201C", "\u201D", "\u2212"})
    if (text.find(one) != std::string_view::npos) return true;
  return false;
}

class ClickhouseRewriter final : public SqlRewriter {
 public:
  explicit ClickhouseRewriter(std::string_view sql) : SqlRewriter(sql, kClickhouse) {
    for (Part& part : parts()) {
      const std::string_view text = part.token.text;
      const bool quoted = part.token.kind == Kind::literal || part.token.kind == Kind::quoted_name;
      if (quoted && text.find('\\') != std::string_view::npos) part.instead = with_backslashes(text);
      const std::size_t point = text.find('.');
      if (part.token.kind == Kind::number && point != std::string_view::npos &&
          text.find_first_not_of("0123456789.") == std::string_view::npos && text.size() <= 38)
        part.instead = fmt::format("CAST('{}' AS Decimal(38, {}))", text, text.size() - point - 1);
    }
  }

  [[nodiscard]] std::pair<std::string, std::string> problem() const {
    if (auto found = reading_problem(kForbiddenWords, "#@{}`$"); !found.first.empty()) return found;
    for (std::size_t i = 0; i < parts().size(); ++i) {
      if (is(i, "format") && !is(i + 1, "("))
        return {"the query holds FORMAT", "the rows have the form in which they are asked for"};
      const bool bare = is_kind(i, Kind::word) || is_kind(i, Kind::sign);
      if (bare && has_other_quotes(parts()[i].token.text))
        return {"the query has a quote or a minus that is not of ASCII", "write ', \" or -"};
    }
    return {};
  }

 private:
  /// A factor of 1, or where the type of one of these is not as it should be, an error with these words before any row is read.
  /// Nothing where ClickHouse cannot tell a type before it has the rows: of sum() and the like, which are refused by themselves.
  std::string unless_binary(std::span<const Operand> all, std::string_view wrong, const std::string& words) const {
    std::string conditions;
    for (const Operand& one : all)
      if (!is_over_rows(one))
        conditions +=
            fmt::format("{}match(toTypeName({}), '{}')", conditions.empty() ? "" : " OR ", written(one.first, one.last), wrong);
    if (conditions.empty()) return "1";
    return fmt::format("toInt8(concat(if({}, {}, ''), '1'))", conditions, with_backslashes(rows::sql_literal(words)));
  }
  [[nodiscard]] bool is_over_rows(const Operand& operand) const {
    for (std::size_t i = operand.first; i <= operand.last; ++i)
      if (is(i, "over") || (is_word_of(i, kAggregates) && is(i + 1, "("))) return true;
    return false;
  }

  /// Whole numbers are divided to whole numbers, as by the other databases, and decimals with twelve digits behind the point.
  /// Binary numbers are refused, since what is divided here is exact; of what aggregates, bitOr() takes whole numbers only.
  Operand calculated(const Operand& left, const Operand& right) override {
    const Operand whole{left.first, right.last, false};
    Part& sign = parts()[left.last + 1];
    if (sign.token.text != "/") return whole;
    const bool fraction = has_fraction(left.first, left.last) || has_fraction(right.first, right.last);
    const std::string guard = unless_binary(std::array{left, right}, fraction ? "Float" : "Float|Decimal",
                                            fmt::format("{}{}|", rows::kRefusedDivision, name_of(left.first, right.last)));
    const auto only_whole = [&](const Operand& operand) { return !fraction && is_over_rows(operand); };
    parts()[left.first].before.insert(0, fraction ? "(CAST(CAST((" : only_whole(left) ? "intDiv(bitOr((" : "intDiv((");
    parts()[left.last].after += fraction ? ") AS String) AS Decimal(76, 12))" : only_whole(left) ? "), 0)" : ")";
    sign.instead = fraction ? "/" : ",";
    parts()[right.first].before.insert(0, only_whole(right) ? "bitOr((" : "((");
    parts()[right.last].after += fmt::format(") * {}{}))", guard, only_whole(right) ? ", 0" : "");
    return whole;
  }

  void called(std::size_t open, std::size_t close) override {
    if (is(open - 1, "cast")) return name_type(open, close, kClickhouseTypes, "Decimal(38, 12)");
    if (close == open + 1) return;
    if (is_word_of(open - 1, kOfOtherRows)) {
      const std::size_t comma = outermost(open, close, ",");
      parts()[open + 1].before.insert(0, "toNullable(");
      parts()[(comma == kNoToken ? close : comma) - 1].after += ")";
      return;
    }
    const bool average = is(open - 1, "avg");
    if (!average && !is(open - 1, "sum")) return;
    const std::size_t first = is(open + 1, "distinct") || is(open + 1, "all") ? open + 2 : open + 1;
    if (first >= close) return;
    const std::string value = written(first, close - 1);
    const std::string guard =
        unless_binary(std::array{Operand{first, close - 1, false}}, "Float",
                      fmt::format("{}{}({})|", rows::kRefusedSum, parts()[open - 1].word, name_of(first, close - 1)));
    // Int64 would wrap without a word; a product with Int128 has as many bits, or is a decimal where the value is one.
    parts()[first].before.insert(0, "((");
    parts()[close - 1].after += fmt::format(") * toInt128({}))", guard);
    if (average) divide_by_count(open, close, (first == open + 1 ? "" : parts()[open + 1].word + " ") + value);
  }

  void finished() override {
    sort_whole(0, parts().size());
    for (std::size_t i = 0; i < parts().size(); ++i)
      if (is(i, "(") && parts()[i].partner != kNoToken && (is(i + 1, "select") || is(i + 1, "with")))
        sort_whole(i + 1, parts()[i].partner);
  }

  /// `a UNION b ORDER BY x LIMIT 3` sorts and cuts off all of it; in ClickHouse it would be b alone.
  void sort_whole(std::size_t begin, std::size_t end) {
    std::size_t tail = kNoToken;
    bool is_union = false;
    for (std::size_t i = begin; i < end; ++i) {
      if (parts()[i].partner != kNoToken && parts()[i].partner > i) {
        i = parts()[i].partner;
      } else if (is_word_of(i, " union except intersect ")) {
        is_union = true;
        tail = kNoToken;
      } else if (tail == kNoToken && (is_word_of(i, " limit offset ") || (is(i, "order") && is(i + 1, "by")))) {
        tail = i;
      }
    }
    if (!is_union || tail == kNoToken) return;
    parts()[begin].before.insert(0, "SELECT * FROM (");
    parts()[tail - 1].after += ") ";
  }

  /// avg() of ClickHouse is a binary number, so it becomes a sum and a count, each with what follows of a window.
  void divide_by_count(std::size_t open, std::size_t close, const std::string& counted) {
    std::size_t last = close;
    std::string window;
    if (is(close + 1, "over") && close + 2 < parts().size()) {
      last = is(close + 2, "(") && parts()[close + 2].partner != kNoToken ? parts()[close + 2].partner : close + 2;
      window = " " + written(close + 1, last);
    }
    parts()[open - 1].instead = "(CAST(CAST(sum";
    parts()[last].after += fmt::format(" AS String) AS Decimal(76, 12)) / nullIf(count({}){}, 0))", counted, window);
  }
};

}  // namespace

RewrittenSql clickhouse_sql(std::string_view sql, const std::function<std::string(std::string_view name)>& type_of) {
  ClickhouseRewriter rewriter(sql);
  RewrittenSql result;
  std::tie(result.problem, result.hint) = rewriter.problem();
  if (result.problem.empty())
    result.write(rewriter.text(), kClickhouse,
                 [&](std::string_view name) { return fmt::format("{{{}:{}}}", name, type_of(name)); });
  return result;
}

}  // namespace reportctl::source
