// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/manage/rows_file.hpp"

#include <doctest/doctest.h>

using namespace reportctl;

namespace {

using Texts = std::vector<std::string>;

schedule::PartList::Rows rows_of(std::string_view text) {
  schedule::PartList::Rows rows;
  CHECK(manage::read_rows_file(text, rows) == Texts{});
  return rows;
}

Texts problems_of(std::string_view text) {
  schedule::PartList::Rows rows;
  return manage::read_rows_file(text, rows);
}

}  // namespace

TEST_CASE("a file of rows is CSV in the forms in which people save it") {
  const auto plain = rows_of("key,to,store\ns1,a@example.com,x\ns2,,y");
  CHECK(plain.at("s1").to == Texts{"a@example.com"});
  CHECK(plain.at("s2").values == std::map<std::string, std::string>{{"store", "y"}});
  CHECK(rows_of("key,to,store\ns1,a@example.com,x\ns2,,y\n") == plain);
  CHECK(rows_of("\xEF\xBB\xBFKEY;To;store\r\ns1;a@example.com;x\r\n\r\ns2;;y\r\n") == plain);
  CHECK(rows_of("store\tto\tkey\nx\ta@example.com\ts1\ny\t\ts2\n") == plain);
  const auto quoted = rows_of("key,to,name,intro\n\"s,1\",a@example.com,\"Ann \"\"A\"\"\",\"two\nlines\"\n");
  CHECK(quoted.at("s,1").to == Texts{R"("Ann \"A\"" <a@example.com>)"});
  CHECK(quoted.at("s,1").values.at("intro") == "two\nlines");
}

TEST_CASE("what is wrong with a file of rows is told by line") {
  CHECK(problems_of("") == Texts{"it is empty"});
  CHECK(problems_of("key,to\n") == Texts{"it has no rows"});
  CHECK(problems_of("key,mail\ns1,a@example.com\n") == Texts{"line 1: there is no column to"});
  CHECK(problems_of("key,to,to\n") == Texts{"line 1: column 3 has no name, or the name of another column"});
  CHECK(problems_of("key,to,\n") == Texts{"line 1: column 3 has no name, or the name of another column"});
  CHECK(problems_of("key,to\ns1,a@example.com\ns2\n") == Texts{"line 3: 1 values instead of 2"});
  CHECK(problems_of("key,to\n,a@example.com\n") == Texts{"line 2: a row has no key"});
  CHECK(problems_of("key,to\n\"a\nb,x\n") == Texts{"line 2: a quote is not closed, or text follows a closing quote"});
  CHECK(problems_of("key,to\n\"a\"b,x\n") == Texts{"line 2: a quote is not closed, or text follows a closing quote"});
  CHECK(problems_of("key,to\n\"") == Texts{"line 2: a quote is not closed, or text follows a closing quote"});
  CHECK(problems_of("key,to,x\ns1,a@example.com,1\ns1,b@example.com,2\n") ==
        Texts{"the rows of s1 differ in more than to and name"});
  CHECK(problems_of("key,to\n\xFF,x\n") == Texts{"it is not UTF-8"});
  std::string many = "key,to\n";
  for (int i = 0; i <= 5000; ++i) many += std::to_string(i) + ",a@example.com\n";
  CHECK(problems_of(many) == Texts{"line 5002: there are more than 5000 parts"});
}
