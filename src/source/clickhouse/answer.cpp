// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "clickhouse/answer.hpp"

#include <fmt/format.h>

#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

constexpr const char* kCutOff = "the answer ends in the middle of a row";

}  // namespace

ClickhouseAnswer::ClickhouseAnswer(ClickhouseConnection& connection) : connection_(connection) {
  std::optional<std::size_t> count;
  while (!(count = length()))
    if (!connection_.more(bytes_)) connection_.fail("the answer has no columns");
  constexpr std::size_t kMostColumns = 10000;
  if (*count > kMostColumns) connection_.fail("the answer is not in the form that was asked for");
  for (std::size_t i = 0; i < *count; ++i) names_.push_back(text());
  for (std::size_t i = 0; i < *count; ++i) types_.push_back(clickhouse_type(text()));
  places_.resize(*count);
  row_ = at_;
}

/// LEB128; nullopt where it has not come yet.
std::optional<std::size_t> ClickhouseAnswer::length() {
  std::size_t value = 0;
  std::size_t at = at_;
  for (unsigned shift = 0; at < bytes_.size(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes_[at++]);
    if (shift > 56) connection_.fail("the answer is not in the form that was asked for");
    value |= std::size_t{byte & 0x7FU} << shift;
    if ((byte & 0x80U) != 0) continue;
    at_ = at;
    return value;
  }
  return std::nullopt;
}

std::string ClickhouseAnswer::text() {
  std::optional<std::size_t> size;
  while (!(size = length()))
    if (!connection_.more(bytes_)) connection_.fail(kCutOff);
  while (bytes_.size() - at_ < *size)
    if (!connection_.more(bytes_)) connection_.fail(kCutOff);
  at_ += *size;
  return bytes_.substr(at_ - *size, *size);
}

bool ClickhouseAnswer::locate(const ClickhouseType& type, ClickhousePlace& place) {
  place.null = type.kind == ClickhouseType::Kind::nothing;
  if (type.nullable) {
    if (at_ >= bytes_.size()) return false;
    place.null = bytes_[at_++] != '\0';
    if (place.null) return true;
  }
  place.size = type.size;
  if (type.kind == ClickhouseType::Kind::text) {
    const auto size = length();
    if (!size) return false;
    place.size = *size;
  }
  if (bytes_.size() - at_ < place.size) return false;
  place.data = bytes_.data() + at_;
  at_ += place.size;
  return true;
}

bool ClickhouseAnswer::locate() {
  for (std::size_t i = 0; i < places_.size(); ++i)
    if (!locate(types_[i], places_[i])) return false;
  return true;
}

bool ClickhouseAnswer::next() {
  row_ = at_;
  for (;;) {
    if (row_ < bytes_.size() && locate()) return true;
    at_ = row_;
    bytes_.erase(0, row_);  // cells point into rows before, which nobody asks for any more
    row_ = at_ = 0;
    if (connection_.more(bytes_)) continue;
    if (!bytes_.empty()) connection_.fail(kCutOff);
    return false;
  }
}

}  // namespace reportctl::source
