// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mariadb/api.hpp"
#include "reportctl/base/secret.hpp"
#include "url.hpp"

namespace reportctl::source {

constexpr unsigned kMariadbPort = 3306;

/// What the library or the server says; code 0: nothing is wrong.
struct MariadbError {
  unsigned code = 0;
  std::string words = {};
};

/// A connection of libmariadb of which no call blocks: while one waits for the server, `look` is asked again and again whether to
/// go on, and throws if not. The connection is of no use any more then.
class MariadbLink {
 public:
  using Look = std::function<void()>;
  explicit MariadbLink(Look look) : look_(std::move(look)) {}

  MariadbError connect(const ServerUrl&, const ServerPlace&, const std::optional<Secret>& password);
  void close() noexcept;
  /// Lets nobody wait for the server any more: what is still to come is lost.
  void cut() noexcept;
  [[nodiscard]] MYSQL* get() const { return handle_.get(); }
  [[nodiscard]] bool is_open() const { return handle_ != nullptr && !cut_; }
  [[nodiscard]] bool is_encrypted() const;
  [[nodiscard]] MariadbError error() const;
  /// A statement of our own, with all its rows as text; null is empty. Leaves error().
  using Texts = std::vector<std::vector<std::string>>;
  Texts run(const std::string& sql);

  /// A call in its two parts: how it begins, and how it goes on when the socket is ready.
  template <typename Start, typename GoOn>
  void drive(const Start& start, const GoOn& go_on) {
    int waits_for = start();
    while (waits_for != 0) {
      try {
        waits_for = go_on(wait(waits_for));
      } catch (...) {
        cut();
        for (int tries = 0; waits_for != 0 && tries < 1000; ++tries) waits_for = go_on(MYSQL_WAIT_TIMEOUT);
        throw;
      }
    }
  }

 private:
  int wait(int events);

  Look look_;
  std::unique_ptr<MYSQL, CloseMariadb> handle_;
  bool cut_ = false;
};

}  // namespace reportctl::source
