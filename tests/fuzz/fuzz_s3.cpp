// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "expect.hpp"
#include "s3_answer.hpp"

namespace {

using namespace reportctl;
using namespace reportctl::artifact;

bool is_printable(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 ? c != '\n' : c == 0x7f; });
}

}  // namespace

/// What a server answers, which need not be S3: found text lies within the answer, and what an operator reads is printable.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  http::Answer answer;
  answer.status = 100 + data[0] * 2;
  answer.trouble = static_cast<http::Trouble>(data[1] % 4);
  answer.text.assign(reinterpret_cast<const char*>(data) + 2, size - 2);
  answer.words = "Connection refused";  // libcurl's
  answer.headers = {{"date", answer.text.substr(0, 40)}, {"x-amz-bucket-region", answer.text.substr(0, 40)}};

  for (const std::string_view entry : xml_elements(answer.text, "Contents")) {
    EXPECT(entry.data() >= answer.text.data() && entry.data() + entry.size() <= answer.text.data() + answer.text.size());
    xml_text(entry, "Key");
  }
  const std::string escaped = xml_escaped(answer.text);
  EXPECT(escaped.find('<') == std::string::npos && escaped.find('"') == std::string::npos);
  EXPECT(xml_text("<Key>" + escaped + "</Key>", "Key") == answer.text);
  is_passing(answer);
  const Error error = s3_refusal({"cannot store the file", ErrorKind::output}, answer);
  EXPECT(is_printable(error.what()) && is_printable(error.hint()));
  return 0;
}
