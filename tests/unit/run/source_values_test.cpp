// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/source_values.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <utility>

#include "reportctl/base/error.hpp"
#include "reportctl/catalog/catalog.hpp"

using namespace reportctl;

namespace {

class NoRows final : public rows::RowStream {
 public:
  explicit NoRows(rows::Columns columns) : columns_(std::move(columns)) {}
  [[nodiscard]] const rows::Columns& columns() const override { return columns_; }
  const rows::Row* next() override { return nullptr; }

 private:
  rows::Columns columns_;
};

/// Its first comparisons of columns of the scope take too long.
class SlowSource final : public source::Source {
 public:
  explicit SlowSource(int too_long) : too_long_(too_long) { forms_.scope_columns["order_items"] = {"account_id"}; }
  [[nodiscard]] const rows::SourceForms& forms() const override { return forms_; }
  std::unique_ptr<rows::RowStream> open(const rows::Query& query) override {
    if (query.columns.front().name == "rows" && too_long_-- > 0)
      throw Error(ErrorKind::source, "too long", "raise the source's statement_timeout");
    return std::make_unique<NoRows>(query.columns);
  }
  void prepare(const rows::Query&) override {}
  std::vector<source::TableInfo> tables() override { return {}; }

 private:
  int too_long_;
  rows::SourceForms forms_{rows::Dialect::sqlite};
};

/// What is written to standard error meanwhile.
template <typename Work>
std::string said_during(Work work) {
  const std::unique_ptr<std::FILE, decltype(&std::fclose)> file(std::tmpfile(), std::fclose);
  REQUIRE(file != nullptr);
  const int before = ::dup(STDERR_FILENO);
  ::dup2(::fileno(file.get()), STDERR_FILENO);
  work();
  ::dup2(before, STDERR_FILENO);
  ::close(before);
  std::string text(4096, '\0');
  std::rewind(file.get());
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  return text;
}

}  // namespace

TEST_CASE("how many rows were compared with the columns of the scope is said as it was") {
  const catalog::Report report =
      catalog::load_module(
          "id: probe\nlabel: Probe\nfamily: demo\ndescription: A probe.\nscope: [account]\n"
          "window: {kind: snapshot}\ncadences: [daily]\ncolumns: [{name: n, label: N, type: integer}]\nquery: |\n"
          "  SELECT i.n FROM orders o JOIN order_items i ON i.order_id = o.id WHERE o.account_id = :account AND "
          "{{in_scope(i)}}\n",
          "probe.yaml")
          .report;
  const auto said = [&](int too_long) {
    return said_during([&] {
      SlowSource source(too_long);
      CHECK(run::SourceValues(source, "k1", {}).why_wrong(report) == "");
    });
  };
  CHECK(said(0) == "");
  CHECK(said(1) == "reportctl: warning: scope_columns: only some rows of order_items were compared, since all take too long\n");
  CHECK(said(2) ==
        "reportctl: warning: scope_columns: no rows of order_items were compared, since even a few of them take too long\n");
}
