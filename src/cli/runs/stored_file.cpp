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

void write_stored(Session& session, const Destination& destination, const std::string& sha256, const std::string& whose) {
  write_to(destination, [&](Sink& sink) {
    HashingSink hashing(sink);
    copy_stored(session.parts().artifacts().get(sha256), hashing, whose);
    if (hashing.sha256() != sha256) {
      throw Error(ErrorKind::failed, fmt::format("the file of {} changed while it was read", whose),
                  "do not use what was written");
    }
  });
}

}  // namespace reportctl::cli
