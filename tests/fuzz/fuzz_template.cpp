// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "expect.hpp"
#include "reportctl/base/address.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/base/text_template.hpp"
#include "stores.hpp"

/// Subjects, file names and paths: a text that is taken names its variables, a value is never a template itself, and what is
/// filled becomes one line of a head or a plain name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace reportctl;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto parsed = TextTemplate::parse(text);
  if (!parsed) {
    EXPECT(text.find_first_of("{}") != std::string::npos);
    return 0;
  }
  const auto names = parsed->variables();
  TextTemplate::Values values;
  std::size_t filled = 0, marked = 0;
  for (const auto& name : names) {
    EXPECT(!name.empty() && name.find_first_of("{} ") == std::string::npos);
    values[name] = "{" + name + "}{{\r\nBcc: x/../y";
    filled += values[name].size();
    marked += name.size() + 2;
  }
  const auto bare = parsed->fill({}), whole = parsed->fill(values);
  EXPECT(whole.size() - filled == bare.size() - marked);
  const auto doubled = [](const std::string& plain) {
    std::string written;
    for (const char c : plain) written.append(c == '{' || c == '}' ? 2 : 1, c);
    return written;
  };
  const auto again = TextTemplate::parse(doubled(whole));
  EXPECT(again && again->variables().empty() && again->fill(values) == whole);
  const auto head = HeaderValue::cleaned(whole).str();
  EXPECT(is_valid_utf8(head) && !has_control(head));
  const auto name = artifact::plain_file_name(whole);
  EXPECT(is_plain_path(name) && name.find('/') == std::string::npos && name != "..");
  if (is_plain_path(whole)) {
    for (const auto& step : split(whole, '/')) EXPECT(!step.empty() && step != "." && step != "..");
    EXPECT(!whole.starts_with('/') && whole.find('\0') == std::string::npos);
  }
  return 0;
}
