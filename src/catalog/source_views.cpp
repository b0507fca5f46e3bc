// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "source_views.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "money_sql.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "sql_macros.hpp"
#include "sql_scan.hpp"
#include "sql_tables.hpp"

namespace reportctl::catalog {
namespace {

[[noreturn]] void refuse(const std::string& view, const std::string& why) {
  throw Error(ErrorKind::config, fmt::format("view {} of the source: {}", view, why),
              "correct the file that sources.NAME.views names");
}

/// What a view may have of macros.
bool is_known(const SqlPiece& macro) {
  return (macro.text == "money" || macro.text == "decimal") && macro_arity(macro.text) == macro.arguments.size();
}

/// The views that a statement needs, in an order in which each knows those before it.
class Collector {
 public:
  explicit Collector(const rows::SourceForms& forms) : forms_(forms) {}

  void add(const std::set<std::string>& tables, const std::string& within) {
    for (const std::string& table : tables) {
      const auto found = forms_.views.find(table);
      // A view of the name of a table is made of that table.
      if (found == forms_.views.end() || table == within || !begun_.insert(table).second) continue;
      const SqlScan scan = checked(table, found->second);
      add(SqlTables(scan.pieces).names(), table);
      sql_ += fmt::format("{}{} AS NOT MATERIALIZED ({}\n)", sql_.empty() ? "" : ", ", table, expanded(scan.pieces));
    }
  }

  [[nodiscard]] const std::string& sql() const { return sql_; }
  [[nodiscard]] bool names_account() const { return names_account_; }

 private:
  SqlScan checked(const std::string& view, const std::string& text) {
    SqlScan scan = scan_sql(text, forms_.dialect);
    if (!scan.problems.empty()) refuse(view, scan.problems.front().message);
    if (to_lower(scan.first_word) != "select") refuse(view, "it must start with SELECT");
    for (const SqlPiece* mark : marks(scan.pieces)) {
      if (mark->kind == SqlPiece::Kind::macro && is_known(*mark)) continue;
      const bool account = mark->kind == SqlPiece::Kind::bind && mark->text == "account";
      if (!account || !forms_.single_tenant)
        refuse(view, account ? "only the views of a source with tenant: single may name :account"
                             : "it may have {{money(amount, currency)}} and {{decimal(x)}}, and no other macro or parameter");
      names_account_ = true;
    }
    return scan;
  }

  [[nodiscard]] std::string expanded(const SqlPieces& pieces) const {
    std::string sql;
    for (const SqlPiece& piece : pieces) {
      if (piece.kind == SqlPiece::Kind::macro)
        sql += piece.text == "money" ? money_sql(expanded(piece.arguments[0]), expanded(piece.arguments[1]), forms_)
                                     : expand_macro(piece.text, {expanded(piece.arguments[0])}, {}, rules_of(forms_.dialect));
      else
        sql += piece.kind == SqlPiece::Kind::bind ? ":account" : std::string(piece.text);
    }
    return sql;
  }

  const rows::SourceForms& forms_;
  std::set<std::string> begun_;
  std::string sql_;
  bool names_account_ = false;
};

}  // namespace

void add_source_views(rows::Query& query, const std::set<std::string>& tables, const std::string& account_key,
                      const rows::SourceForms& forms) {
  Collector views(forms);
  views.add(tables, {});
  if (views.sql().empty()) return;
  query.views = "WITH " + views.sql() + " ";
  // A statement with a WITH of its own goes on with it.
  const SqlScan scan = scan_sql(query.sql, forms.dialect);
  std::size_t rest = 0;
  if (to_lower(scan.first_word) == "with") rest = static_cast<std::size_t>(scan.first_word.data() - query.sql.data()) + 4;
  std::string_view own = query.sql;
  std::string head = "WITH ";
  if (rest > 0) {
    own = own.substr(rest);
    const std::size_t word = std::min(own.find_first_not_of(" \t\r\n"), own.size());
    constexpr std::string_view kRecursive = "recursive";
    if (to_lower(own.substr(word, kRecursive.size())) == kRecursive) {
      own = own.substr(word + kRecursive.size());
      head += "RECURSIVE ";
    }
  }
  query.sql = head + views.sql() + (rest > 0 ? "," : " ") + std::string(own);
  const bool bound =
      std::any_of(query.binds.begin(), query.binds.end(), [](const rows::Bind& bind) { return bind.name == "account"; });
  if (views.names_account() && !bound) query.binds.push_back({"account", account_key});
}

}  // namespace reportctl::catalog
