// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "expect.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/render/writer.hpp"

using namespace reportctl;

namespace {

std::string written(const char* format, const std::vector<std::vector<rows::Cell>>& table, const std::string& name) {
  render::Spec spec;
  spec.format = format;
  spec.columns = {{.name = name, .label = {}}, {.name = name + "2", .label = {}, .type = rows::ColumnType::integer}};
  StringSink sink;
  const auto writer = render::make_writer(spec, sink);
  for (const auto& cells : table) writer->row(rows::Row(cells));
  writer->finish({});
  return sink.text;
}

}  // namespace

/// What another reader of JSON finds is what was written: texts apart from invalid UTF-8, nulls and whole numbers.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::string> texts = split({reinterpret_cast<const char*>(data), size}, '\x1F');
  for (auto& text : texts) text = repair_utf8(text);
  std::vector<std::vector<rows::Cell>> table;
  for (const auto& text : texts) {
    const auto number = static_cast<std::int64_t>(text.size() * 0x9E3779B97F4A7C15U);
    table.push_back({{.null = text == "\x1E", .text = text}, {.null = text.empty(), .number = number, .text = {}}});
  }
  const auto name = texts.front();
  const auto all = nlohmann::json::parse(written("json", table, name), nullptr, false);
  EXPECT(all.is_array() && all.size() == table.size());
  const auto lines = split(written("jsonl", table, name), '\n');
  EXPECT(lines.size() == table.size() + 1 && lines.back().empty());
  for (std::size_t row = 0; row < table.size(); ++row) {
    EXPECT(nlohmann::json::parse(lines[row], nullptr, false) == all[row]);
    const auto& text = all[row].at(name);
    const auto& number = all[row].at(name + "2");
    EXPECT(table[row][0].null ? text.is_null() : text.get<std::string>() == table[row][0].text);
    EXPECT(table[row][1].null ? number.is_null() : number.get<std::int64_t>() == table[row][1].number);
  }
  return 0;
}
