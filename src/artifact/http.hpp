// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "reportctl/base/file.hpp"

namespace reportctl::artifact {

struct HttpRequest {
  std::string method;
  std::string url;
  std::map<std::string, std::string> headers;
  std::string text;                ///< the body, when there is no file
  const TempFile* file = nullptr;  ///< the body: `size` bytes from `offset` on
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::function<void(std::string_view)> take;  ///< gets the body of a 200; without it, HttpAnswer::text does
  std::chrono::seconds whole_time{0};          ///< for cleaning up: this is all the time there is, and a stop does not end it
};

/// Why there was no whole answer.
enum class Trouble {
  none,
  passing,  ///< refused or cut off: another try may fare better
  silent,   ///< nothing came for the time that was allowed
  tls,      ///< the server is not who it should be
};

struct HttpAnswer {
  long status = 0;
  std::map<std::string, std::string> headers;  ///< lower-case names
  std::string text;                            ///< at most 64 KiB, more only for a 200
  Trouble trouble = Trouble::none;
  std::string words;  ///< the trouble's
};

struct HttpSettings {
  std::filesystem::path ca_file;
  std::chrono::seconds connect_timeout{10};
  std::chrono::seconds response_timeout{60};
};

/// HTTP/1.1 to one server over one connection. No redirects, no proxies, no ~/.netrc; certificates are verified.
class Http {
 public:
  explicit Http(HttpSettings);
  ~Http();
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;
  /// Error(interrupted) when a stop was requested; what `take` throws.
  HttpAnswer perform(const HttpRequest&);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace reportctl::artifact
