// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "clickhouse/rows.hpp"

#include <fmt/format.h>

#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

using TypeKind = ClickhouseType::Kind;

constexpr std::size_t kWord = 8;

}  // namespace

ClickhouseRows::ClickhouseRows(std::shared_ptr<ClickhouseConnection> connection, rows::Columns columns)
    : EngineRows(connection, std::move(columns), untyped_reader(connection->settings().forms.usual)),
      answer_(*connection),
      digits_(columns_.size()),
      written_(columns_.size()) {
  if (const auto problem = column_problem(answer_.names(), columns_)) connection_->fail(*problem);
  for (std::size_t i = 0; i < columns_.size(); ++i)
    if (const ClickhouseType& type = answer_.types()[i]; type.kind == TypeKind::other)
      connection_->fail(fmt::format("column {} is of type {}, which no report can read", columns_[i].name, visible(type.written)),
                        "write CAST(x AS …), or give both sides of a CASE the same type");
}

const rows::Row* ClickhouseRows::next() { return advance(); }

std::string_view ClickhouseRows::bytes_of(const Step& step) {
  const std::string_view bytes(place(step).data, place(step).size);
  if (type(step).kind == TypeKind::text) return bytes;
  if (type(step).kind == TypeKind::fixed_text) return bytes.substr(0, bytes.find_last_not_of('\0') + 1);  // filled up with NULs
  std::string& written = written_[index(step)];
  written = written_text(type(step), place(step));
  return written;
}

double ClickhouseRows::real_of(const Step& step) const {
  return place(step).size == sizeof(float) ? as_written(loaded<float>(place(step).data)) : loaded<double>(place(step).data);
}

std::optional<std::int64_t> ClickhouseRows::whole_of(const Step& step) {
  const ClickhouseType& of = type(step);
  if (of.kind == TypeKind::integer && (of.size < kWord || (of.size == kWord && of.is_signed)))
    return small_integer(of, place(step));
  return EngineRows::whole_of(step);
}

bool ClickhouseRows::has_fraction(const Step& step) const { return type(step).kind == TypeKind::decimal && type(step).scale > 0; }

std::int64_t ClickhouseRows::moment_of(const Step& step) {
  const ClickhouseType& of = type(step);
  if (of.kind != TypeKind::date_time) {
    const auto micros = counted_micros(step);
    if (!micros) misfit(step, "a number too large");
    return whole_seconds(*micros, kMicros);
  }
  std::int64_t unit = 1;
  for (int i = 0; i < of.scale; ++i) unit *= 10;
  return whole_seconds(small_integer(of, place(step)), unit);
}

}  // namespace reportctl::source
