// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/sink.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "reportctl/base/error.hpp"
#include "reportctl/base/stop.hpp"

namespace reportctl {

void FdSink::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {  // somebody shares the descriptor and made it non-blocking
      pollfd ready{fd_, POLLOUT, 0};
      if (::poll(&ready, 1, -1) < 0) throw_if_stopped();
    } else if (errno == EINTR) {
      throw_if_stopped();  // the reader may never take the rest
    } else {
      throw system_error(ErrorKind::output, "cannot write " + what_, errno);
    }
  }
}

void HashingSink::write(std::string_view bytes) {
  next_.write(bytes);
  hash_.update(bytes);
  bytes_ += bytes.size();
}

}  // namespace reportctl
