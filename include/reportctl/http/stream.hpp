// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "reportctl/http/client.hpp"

namespace reportctl::http {

/// HTTP/1.1 to one server, one answer at a time, whose body is read when its reader wants more of it.
class Stream {
 public:
  /// `look` is asked several times a second while something is waited for. What it throws ends the transfer.
  Stream(Settings, std::function<void()> look);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// Sends, and waits for the first bytes of a body, or for the end. Request::take is not asked.
  void send(Request);
  /// Appends what has come since; waits where nothing has. False: the answer has ended, and answer() tells whether it is whole.
  bool read(std::string& buffer);
  /// The status and headers, and after its end everything. A body of 200 whose end nothing announced (neither chunks nor a
  /// length) is Trouble::passing: it may have been cut off.
  [[nodiscard]] const Answer& answer() const;
  /// Gives up what has not come; the connection is closed then.
  void close() noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace reportctl::http
