// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/catalog/catalog.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <set>

#include "compiled_modules.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/base/text.hpp"

using namespace reportctl;
using namespace reportctl::catalog;

namespace {

/// A directory of operator modules, gone at the end of its test.
class Directory {
 public:
  Directory() {
    std::string name = (std::filesystem::temp_directory_path() / "reportctl-catalog-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Directory() { std::filesystem::remove_all(path); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  void write(const std::string& name, const std::string& text) const { std::ofstream(path / name) << text; }
  std::filesystem::path path;
};

std::string module_text(const std::string& id, const std::string& extra = {}) {
  return "id: " + id +
         "\nlabel: Own\nfamily: own\ndescription: Own.\nscope: [account]\nwindow: {kind: snapshot}\ncadences: [daily]\n" +
         "columns: [{name: n, label: N, type: integer}]\nquery: SELECT n FROM t WHERE account_id = :account\n" + extra;
}

std::string refusal(const Catalog& catalog, const std::string& name) {
  try {
    static_cast<void>(catalog.get(name));
  } catch (const Error& error) {
    return std::string(error.kind() == ErrorKind::not_found ? "not found: "
                       : error.kind() == ErrorKind::invalid ? "invalid: "
                                                            : "") +
           error.what();
  }
  return "found";
}

}  // namespace

TEST_CASE("the commerce reports are there, and the documents' spellings name them") {
  const Catalog catalog = Catalog::open({});
  for (const auto& [written, id] :
       {std::pair("sales", "sales"), std::pair("SALES", "sales"), std::pair("Sales", "sales"),
        std::pair("CUSTOMER_SPEND", "customer-spend"), std::pair("customer-spend", "customer-spend"),
        std::pair("INVENTORY_VALUATION", "inventory-valuation"), std::pair("orders_export", "orders-export"),
        std::pair("ORDERS_EXPORT", "orders-export"), std::pair(" orders-export ", "orders-export")}) {
    CAPTURE(written);
    CHECK(catalog.get(written).id == id);
    CHECK(catalog.get(written).origin == "built in");
  }
  CHECK(catalog.find("nothing") == nullptr);
  CHECK(refusal(catalog, "slaes") == "not found: there is no report \"slaes\" (did you mean \"sales\"?)");
  CHECK(catalog.problems().empty());
}

TEST_CASE("the commerce modules follow their rules") {
  const Catalog catalog = Catalog::open({});
  for (const char* id : {"sales", "customer-spend", "inventory-valuation", "orders-export"}) {
    CAPTURE(id);
    const Report& report = catalog.get(id);
    CHECK(report.family == "commerce");
    CHECK(report.scopes == std::set<schedule::ScopeKind>{schedule::ScopeKind::account});
    CHECK(report.cadences.size() == 3);
    CHECK(report.day_of_month_max == 28);
    CHECK(report.surfaces.size() == 3);
    CHECK(report.formats.front() == "csv");
    const bool snapshot = report.id == "inventory-valuation";
    CHECK(report.window.kind == (snapshot ? WindowKind::snapshot : WindowKind::cadence));
    CHECK(report.window.ranges.size() == (snapshot ? 0 : schedule::range_names().size()));
    CHECK((report.parameter("mode") != nullptr) == (report.id == "orders-export"));
  }
  CHECK(catalog.get("orders-export").parameter("mode")->required);
}

TEST_CASE("the commerce columns are those that scripts depend on") {
  const Catalog catalog = Catalog::open({});
  const auto columns = [&](const char* id, const schedule::Parameters& parameters) {
    std::vector<std::string> names;
    for (const rows::Column& column : catalog.get(id).shape(parameters).columns) names.push_back(column.name);
    return join(names, ", ");
  };
  CHECK(columns("sales", {}) == "date, status, currency, orders, gross_revenue, average_order_value");
  CHECK(columns("customer-spend", {}) == "customer_id, customer, email, currency, orders, revenue, last_order_at");
  CHECK(columns("inventory-valuation", {}) == "sku, product, currency, stock, price, value");
  CHECK(columns("orders-export", {{"mode", {"summary"}}}) ==
        "order_number, placed_at, customer, email, status, currency, lines, quantity, total");
  CHECK(columns("orders-export", {{"mode", {"line-items"}}}) ==
        "order_number, placed_at, customer, email, status, line, sku, product, quantity, unit_price, line_total, currency");
}

TEST_CASE("the build's index of names is sorted, complete and unambiguous") {
  std::string before;
  std::set<std::size_t> seen;
  for (const CompiledName& name : compiled_names()) {
    CHECK(before < name.name);
    before = name.name;
    CHECK(name.name == to_lower(name.name));
    REQUIRE(name.module < compiled_modules().size());
    seen.insert(name.module);
  }
  CHECK(seen.size() == compiled_modules().size());
  for (const CompiledModule& module : compiled_modules()) {
    CHECK(module.file == "share/catalog/" + std::string(module.family) + "/" + std::string(module.id) + ".yaml");
    CHECK(load_module(module.text, std::string(module.file)).report.id == module.id);
  }
}

TEST_CASE("an operator's module is found like a built-in one") {
  const Directory own;
  own.write("visits.yaml", module_text("visits", "aliases: [BESUCHE]\n"));
  own.write("notes.txt", "not a module");
  own.write(".#visits.yaml", "an editor's lock");
  const Catalog catalog = Catalog::open({"/nonexistent/catalog.d", own.path});
  CHECK(catalog.get("Besuche").id == "visits");
  CHECK(catalog.get("visits").origin == (own.path / "visits.yaml").string());
  CHECK(yaml::describe(catalog.problems()) == "");
  const std::vector<std::string> ids = catalog.ids();
  CHECK(std::find(ids.begin(), ids.end(), "visits") != ids.end());
  CHECK(catalog.all().back()->id == "visits");  // families in order: commerce … own
  CHECK(catalog.all().size() == compiled_modules().size() + 1);
  CHECK(refusal(catalog, "visit") == "not found: there is no report \"visit\" (did you mean \"visits\"?)");
}

TEST_CASE("a name that two modules have stops both") {
  const Directory own;
  own.write("a.yaml", module_text("first", "aliases: [ONE]\n"));
  own.write("b.yaml", module_text("second", "aliases: [TWO, one]\n"));
  own.write("c.yaml", module_text("sales"));
  own.write("d.yaml", module_text("fourth", "aliases: [Customer_Spend]\n"));
  const auto path = [&](const char* name) { return (own.path / name).string(); };
  const Catalog catalog = Catalog::open({own.path});
  for (const char* name : {"sales", "SALES"})
    CHECK(refusal(catalog, name) == "invalid: there are two reports sales: " + path("c.yaml") + " has a name of this report");
  CHECK(refusal(catalog, "customer-spend").starts_with("invalid: there are two reports customer-spend: " + path("d.yaml")));
  for (const char* name : {"one", "first"})
    CHECK(refusal(catalog, name).starts_with("invalid: the module of report " + std::string(name) + " is broken:"));
  for (const char* name : {"second", "two"})
    CHECK(refusal(catalog, name).starts_with("invalid: the module of report " + std::string(name) + " is broken:"));
  CHECK(catalog.get("orders-export").origin == "built in");
  const yaml::Problems problems = catalog.problems();
  REQUIRE(problems.size() == 4);
  CHECK(problems[0].str() ==
        path("a.yaml") + ":10:11: the name \"one\" is taken: " + path("b.yaml") + " has it, too; keep one of the two");
  CHECK(problems[1].str() ==
        path("b.yaml") + ":10:16: the name \"one\" is taken: " + path("a.yaml") + " has it, too; keep one of the two");
  CHECK(problems[2].str() ==
        path("c.yaml") +
            ":1:5: the name \"sales\" is taken: the program's own report sales has it, too; give this module "
            "another");
  CHECK(problems[3].str() ==
        path("d.yaml") +
            ":10:11: the name \"Customer_Spend\" is taken: the program's own report customer-spend has it, too; "
            "give this module another");
  CHECK(catalog.all().size() == compiled_modules().size() - 2);
}

TEST_CASE("a backup copy stops its report, a draft elsewhere may replace the file that is called like it") {
  const Directory own;
  const Directory drafts;
  own.write("hours-old.yaml", module_text("hours"));
  own.write("hours.yaml", module_text("hours"));
  own.write("visits.yaml", module_text("visits"));
  drafts.write("visits.yaml", module_text("visits"));
  drafts.write("copy.yaml", module_text("visits"));
  drafts.write("new.yaml", module_text("new"));
  const Catalog catalog = Catalog::open({own.path});
  for (const char* file : {"hours-old.yaml", "hours.yaml"}) CHECK(catalog.lint({own.path / file}).size() == 1);
  CHECK(catalog.lint({own.path / "visits.yaml"}).empty());
  CHECK(catalog.lint({drafts.path / "visits.yaml", drafts.path / "new.yaml"}).empty());
  const yaml::Problems problems = catalog.lint({drafts.path / "copy.yaml"});
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].str() == (drafts.path / "copy.yaml").string() + ":1:5: the name \"visits\" is taken: " +
                                 (own.path / "visits.yaml").string() + " has it, too; keep one of the two");
  CHECK(catalog.get("visits").origin == (own.path / "visits.yaml").string());
}

TEST_CASE("a broken module is refused by name and spoils no other") {
  const Directory own;
  own.write("bad.yaml", module_text("bad", "typo: 1\n"));
  own.write("torn.yaml", "id: [\n");
  own.write("good.yaml", module_text("good"));
  std::filesystem::create_directory(own.path / "folder.yaml");
  const Catalog catalog = Catalog::open({own.path});
  CHECK(catalog.get("good").id == "good");
  CHECK(refusal(catalog, "bad").find("bad.yaml:10:1: unknown key \"typo\"") != std::string::npos);
  CHECK(refusal(catalog, "torn").starts_with("invalid: "));
  CHECK(catalog.problems().size() == 3);
  CHECK(catalog.get("sales").id == "sales");
}

TEST_CASE("a stop while an operator's module is read is a stop, and says nothing about the module") {
  const Directory own;
  own.write("own.yaml", module_text("own"));
  const pid_t child = ::fork();  // a request is for good
  REQUIRE(child >= 0);
  if (child == 0) {
    int code = 1;
    try {
      install_signal_handlers();
      ::raise(SIGTERM);
      static_cast<void>(Catalog::open({own.path}).get("own"));
    } catch (const Error& error) {
      code = error.kind() == ErrorKind::interrupted ? 0 : 2;
    }
    ::_exit(code);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
