// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "stored_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/cli/session.hpp"

namespace reportctl::cli {
namespace {

void copy_stored(const Fd& from, Sink& sink, const std::string& whose) {
  std::array<char, 65536> buffer{};
  for (;;) {
    const auto got = ::read(from.get(), buffer.data(), buffer.size());
    if (got == 0) return;
    if (got < 0 && errno != EINTR) throw system_error(ErrorKind::failed, fmt::format("cannot read the file of {}", whose), errno);
    if (got > 0) sink.write({buffer.data(), static_cast<std::size_t>(got)});
  }
}

}  // namespace

void write_stored(Session& session, const Destination& destination, const StoredFile& file,
                  const std::function<store::AuditEvent(bool complete)>& event) {
  const auto write = [&](Sink& sink) {
    HashingSink hashing(sink);
    copy_stored(session.parts().artifacts().get(file.sha256, file.bytes), hashing, file.whose);
    if (hashing.sha256() != file.sha256) {
      throw Error(ErrorKind::failed, fmt::format("the file of {} changed while it was read", file.whose),
                  "do not use what was written");
    }
  };
  hand_out(destination, write,
           [&](Handed handed) { store::append_audit(session.state(), {event(handed == Handed::whole)}, session.now()); });
}

}  // namespace reportctl::cli
