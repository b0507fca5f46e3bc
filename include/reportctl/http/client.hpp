// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "reportctl/base/file.hpp"

namespace reportctl::http {

struct Body {
  std::string text{};  ///< what is sent, when there is no file
  int file = -1;       ///< `size` bytes of it, from `offset` on; borrowed
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

struct Request {
  std::string method;
  std::string url;
  std::map<std::string, std::string> headers{};
  Body body{};
  std::function<void(std::string_view)> take{};  ///< gets the body of a 200; without it, Answer::text does
  std::size_t longest = 16U << 20U;              ///< headers and text of the answer together
  std::chrono::seconds whole_time{0};            ///< from the first packet to the last; 0: as long as something comes
  bool slow_answer = false;                      ///< every byte is life, however few come
  bool despite_stop = false;                     ///< for cleaning up: a stop does not end it
};

/// Why there was no whole answer.
enum class Trouble {
  none,
  passing,   ///< refused or cut off: another try may fare better
  silent,    ///< nothing came for the time that was allowed
  tls,       ///< the server is not who it should be
  address,   ///< Settings::address_problem said no to every address
  too_long,  ///< the answer, which was cut off
};

struct Answer {
  int status = 0;
  std::map<std::string, std::string> headers{};  ///< lower-case names
  std::string text{};
  std::optional<std::chrono::seconds> retry_after{};
  Trouble trouble = Trouble::none;
  std::string words{};  ///< the trouble's
};

struct Settings {
  std::filesystem::path ca_file;
  std::chrono::seconds connect_timeout{10};
  std::chrono::seconds response_timeout{60};  ///< of (nearly) nothing in either direction
  /// Why nothing may be sent to an address, or an empty text. It is asked about the very address that is being connected to: what
  /// a name said a moment ago does not matter.
  std::function<std::string(const sockaddr&)> address_problem{};
};

/// HTTP/1.1 to one server over one connection, by the rules of Handle. No redirects, no cookies.
class Client {
 public:
  explicit Client(Settings);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  /// Error(interrupted) when a stop was requested; what `take` throws.
  Answer perform(const Request&);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace reportctl::http
