// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/hash.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstdint>

#include "reportctl/base/error.hpp"
#include "reportctl/base/lazy_library.hpp"

namespace reportctl {

namespace {

struct Crypto : LazyLibrary {
  Crypto() : LazyLibrary(kCrypto) {}
  REPORTCTL_FUNCTION(EVP_Digest);
  REPORTCTL_FUNCTION(EVP_DigestFinal_ex);
  REPORTCTL_FUNCTION(EVP_DigestInit_ex);
  REPORTCTL_FUNCTION(EVP_DigestUpdate);
  REPORTCTL_FUNCTION(EVP_MD_CTX_free);
  REPORTCTL_FUNCTION(EVP_MD_CTX_new);
  REPORTCTL_FUNCTION(EVP_md5);
  REPORTCTL_FUNCTION(EVP_sha256);
  REPORTCTL_FUNCTION(HMAC);
};

const Crypto& crypto() {
  static const Crypto library;
  return library;
}

void check(int result, const char* step) {
  if (result != 1) throw Error(ErrorKind::failed, fmt::format("libcrypto cannot hash: {} failed", step));
}

using Bytes = std::array<unsigned char, EVP_MAX_MD_SIZE>;

std::string text_of(const Bytes& bytes, unsigned int size) { return {reinterpret_cast<const char*>(bytes.data()), size}; }

const unsigned char* data_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

struct Sha256::Impl {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{crypto().EVP_MD_CTX_new(), crypto().EVP_MD_CTX_free};
};

Sha256::Sha256() : impl_(std::make_unique<Impl>()) {
  if (!impl_->context) throw Error(ErrorKind::failed, "libcrypto cannot hash: out of memory");
  check(crypto().EVP_DigestInit_ex(impl_->context.get(), crypto().EVP_sha256(), nullptr), "EVP_DigestInit_ex");
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) {
  check(crypto().EVP_DigestUpdate(impl_->context.get(), bytes.data(), bytes.size()), "EVP_DigestUpdate");
}

std::string Sha256::finish() {
  Bytes bytes{};
  unsigned int size = 0;
  check(crypto().EVP_DigestFinal_ex(impl_->context.get(), bytes.data(), &size), "EVP_DigestFinal_ex");
  return hex(text_of(bytes, size));
}

/// One context for all: to set one up takes longer than to hash a line.
std::string sha256_hex(std::string_view bytes) {
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(crypto().EVP_MD_CTX_new(),
                                                                                     crypto().EVP_MD_CTX_free);
  thread_local const EVP_MD* type = crypto().EVP_sha256();
  if (context == nullptr) throw Error(ErrorKind::failed, "libcrypto cannot hash: out of memory");
  check(crypto().EVP_DigestInit_ex(context.get(), type, nullptr), "EVP_DigestInit_ex");
  type = nullptr;  // as before
  check(crypto().EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()), "EVP_DigestUpdate");
  Bytes hash{};
  unsigned int size = 0;
  check(crypto().EVP_DigestFinal_ex(context.get(), hash.data(), &size), "EVP_DigestFinal_ex");
  return hex(text_of(hash, size));
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
  Bytes bytes{};
  unsigned int size = 0;
  const bool done = crypto().HMAC(crypto().EVP_sha256(), key.data(), static_cast<int>(key.size()), data_of(text), text.size(),
                                  bytes.data(), &size);
  check(done ? 1 : 0, "HMAC");
  return text_of(bytes, size);
}

std::string md5(std::string_view bytes) {
  Bytes hash{};
  unsigned int size = 0;
  check(crypto().EVP_Digest(bytes.data(), bytes.size(), hash.data(), &size, crypto().EVP_md5(), nullptr), "EVP_Digest");
  return text_of(hash, size);
}

std::string hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    text += kDigits[static_cast<unsigned char>(byte) >> 4U];
    text += kDigits[static_cast<unsigned char>(byte) & 15U];
  }
  return text;
}

std::string new_id() {
  std::string bytes(8, '\0');
  // Requests of at most 256 bytes are never cut short; only a signal before the first seeding at boot can interrupt one.
  while (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    if (errno != EINTR) throw system_error(ErrorKind::failed, "cannot get random bytes from the kernel", errno);
  }
  return hex(bytes);
}

}  // namespace reportctl
