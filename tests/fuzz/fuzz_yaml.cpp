// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <cstddef>
#include <cstdint>
#include <set>

#include "expect.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/base/yaml.hpp"

using namespace reportctl;

namespace {

/// What every reader of a good document relies on.
void check_node(const yaml::Node& node, std::size_t depth) {
  EXPECT(depth <= 65);
  EXPECT(node.line >= 1 && node.column >= 1);
  EXPECT(is_valid_utf8(node.text) && node.text.find('\0') == std::string::npos);
  EXPECT(node.kind == yaml::Node::Kind::map || node.entries.empty());
  EXPECT(node.kind == yaml::Node::Kind::sequence || node.items.empty());
  for (const yaml::Node& item : node.items) check_node(item, depth + 1);
  std::set<std::string> keys;
  for (const auto& [key, value] : node.entries) {
    EXPECT(key.kind == yaml::Node::Kind::scalar);
    EXPECT(keys.insert(key.text).second);
    check_node(key, depth + 1);
    check_node(value, depth + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  yaml::Document document = yaml::parse(text, "fuzz.yaml");
  for (const yaml::Problem& problem : document.problems)
    EXPECT(problem.line >= 1 && problem.column >= 1 && !problem.message.empty());
  if (document.problems.empty()) check_node(document.root, 0);
  yaml::MapReader reader(document.root, "fuzz", document.file, document.problems);
  reader.required_text("a");
  reader.integer("b", 1, 0, 9);
  reader.boolean("c", false);
  reader.text_list("d");
  reader.child("e");
  reader.finish();
  const std::string report = yaml::describe(document.problems);
  EXPECT(is_valid_utf8(report));
  for (const std::string& line : split(report, '\n')) EXPECT(!has_control(line));
  return 0;
}
