// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/message.hpp"

#include <fmt/format.h>

#include <array>

#include "post.hpp"
#include "reportctl/base/error.hpp"

namespace reportctl::run {
namespace {

void pour(const Mailing& mailing, const store::Delivery& delivery, Sink& sink) {
  sink.write(mailing.head(delivery));
  std::array<char, 1U << 16U> buffer;
  std::uint64_t offset = 0;
  while (const auto count = mailing.body().read_at(offset, buffer.data(), buffer.size())) {
    sink.write({buffer.data(), count});
    offset += count;
  }
}

[[noreturn]] void refuse_message(const store::Run& run, const store::Delivery& delivery) {
  throw Error(ErrorKind::conflict,
              fmt::format("the mail of run {} to {} cannot be composed as it was sent", run.id, delivery.address),
              fmt::format("the file itself is unchanged: reportctl runs save {}", run.id));
}

}  // namespace

void write_message(Parts& parts, const store::Run& run, const store::Delivery& delivery, Sink& sink) {
  const auto fetched = fetch_files(parts, run);
  Post post(parts, facts_from_json(store::mail_facts(parts.state(), run.id)), run.id, fetched.files);
  if (!post.facts().linked && post.attached().makes(delivery)) return pour(post.attached(), delivery, sink);
  if (!post.facts().linked && !post.may_link()) refuse_message(run, delivery);
  const auto& linked = post.linked(delivery.message_date);
  if (!linked.makes(delivery)) refuse_message(run, delivery);
  pour(linked, delivery, sink);
}

}  // namespace reportctl::run
